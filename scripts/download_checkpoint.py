"""Download a checkpoint that somebody has released."""

import sys
from typing import TYPE_CHECKING

from playfair.data.download import download
from playfair.logs import log_to

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

log_to(snakemake.log[0])

origin = snakemake.params.origin
found = download(origin["url"], snakemake.output.checkpoint, origin["sha256"])
checked = "as configured" if origin["sha256"] else "not configured, so not checked"
print(f"{snakemake.output.checkpoint} has the SHA-256 {found} ({checked})", file=sys.stderr)
