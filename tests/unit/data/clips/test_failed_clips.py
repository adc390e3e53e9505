import pandas as pd
import pytest

from playfair.data.clips.failed_clips import check_failed_share, write_judged
from playfair.errors import InputError


def test_few_failures_are_accepted_and_many_are_not():
    failed = pd.DataFrame({"uid": ["1", "2"], "reason": ["it is empty", "it is cut off"]})
    check_failed_share(failed, 200, 0.01, "gulp.max_failed_share")
    with pytest.raises(
        InputError, match=r"2 of 20 videos failed .*10\.0%; gulp\.max.* allows 1\.0%.*'1': it is e"
    ):
        check_failed_share(failed, 20, 0.01, "gulp.max_failed_share")
    with pytest.raises(InputError, match="2 of 2 videos"):
        check_failed_share(failed, 2, 1.0, "gulp.max_failed_share")


def test_the_log_names_what_failed_even_if_it_is_too_much(tmp_path, capsys):
    failed = pd.DataFrame({"uid": ["v1"], "reason": ["it is damaged"]})
    path = tmp_path / "failed.csv"
    with pytest.raises(InputError):
        write_judged(failed, 10, 0.05, "gulp.max_failed_share", path)
    assert not path.exists()
    assert "1 of 10 videos failed\nuid,reason\nv1,it is damaged" in capsys.readouterr().err
    write_judged(failed, 20, 0.05, "gulp.max_failed_share", path)
    pd.testing.assert_frame_equal(pd.read_csv(path), failed)
