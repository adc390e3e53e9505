# In: the configuration files as text. Out: a sentence where one is broken or says a thing twice,
# which Snakemake does not name, or takes for what it says last.
import os
import re
import sys

# The library lies beside the Snakefile: jobs find it whether it is installed or not.
sys.path.insert(0, str(workflow.basedir))

from playfair.definitions.config_text import read_config_file
from playfair.errors import InputError

if re.search("[{}]", str(workflow.basedir)):
    sys.exit(
        f"error: the project lies in {workflow.basedir}: rename the folder, since Snakemake takes "
        "braces in its path for names of its own"
    )
try:
    for path in ["config.yaml", *workflow.overwrite_configfiles]:
        if os.path.exists(path):
            read_config_file(os.path.relpath(path))
except InputError as error:
    sys.exit(f"error: {error}")
