# In: the configuration files as text. Out: a sentence where one is broken or says a thing twice,
# which Snakemake does not name, or takes for what it says last.
import os
import re
import sys
from pathlib import Path

# Where this workflow lies, whatever directory it runs in and whatever workflow uses it as a module.
project = Path(
    workflow.current_basedir.get_path_or_uri(secret_free=True)
).parent.resolve()
# The library lies beside the Snakefile: jobs find it whether it is installed or not.
sys.path.insert(0, str(project))

from playfair.definitions.config_text import read_config_file
from playfair.errors import InputError

if re.search("[{}]", str(project)):
    sys.exit(
        f"error: the project lies in {project}: rename the folder, since Snakemake takes "
        "braces in its path for names of its own"
    )
try:
    defaults = read_config_file(os.path.relpath(project / "config.yaml"))
    for path in ["config.yaml", *workflow.overwrite_configfiles]:
        if os.path.exists(path):
            read_config_file(os.path.relpath(path))
except InputError as error:
    sys.exit(f"error: {error}")
