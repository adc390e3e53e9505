import pytest

from playfair.data.clips.failed_clips import (
    FailedClip,
    check_failed_share,
    gather_failed,
    write_judged,
)
from playfair.errors import InputError


def test_few_failures_are_accepted_and_many_are_not():
    failed = [FailedClip("1", "1.webm", "it is empty"), FailedClip("2", "2.webm", "it is cut off")]
    check_failed_share(failed, 200, 0.01, "gulp.max_failed_share")
    with pytest.raises(
        InputError, match=r"2 of 20 videos failed .*10\.0%; gulp\.max.* allows 1\.0%.*'1': it is e"
    ):
        check_failed_share(failed, 20, 0.01, "gulp.max_failed_share")
    with pytest.raises(InputError, match="2 of 2 videos"):
        check_failed_share(failed, 2, 1.0, "gulp.max_failed_share")


def test_the_log_names_what_failed_even_if_it_is_too_much(tmp_path, capsys):
    failed = [FailedClip("v1", "v1.webm", "it is damaged")]
    path = tmp_path / "failed.csv"
    with pytest.raises(InputError):
        write_judged(failed, 10, 0.05, "gulp.max_failed_share", path)
    assert not path.exists()
    assert (
        "1 of 10 videos failed\nuid,path,reason\nv1,v1.webm,it is damaged"
        in capsys.readouterr().err
    )
    write_judged(failed, 20, 0.05, "gulp.max_failed_share", path)
    assert gather_failed([path]) == failed


def test_tables_are_sorted_and_keep_text_as_it_is(tmp_path):
    (tmp_path / "1.csv").write_text("uid,path,reason\n007,b.webm,NA\n")
    (tmp_path / "2.csv").write_text("uid,path,reason\n")
    (tmp_path / "3.csv").write_text("uid,path,reason\n001,a.webm,\n")
    assert gather_failed([tmp_path / f"{number}.csv" for number in (1, 2, 3)]) == [
        ("001", "a.webm", ""),
        ("007", "b.webm", "NA"),
    ]
