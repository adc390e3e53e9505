# In: the configuration, and all rules. Out: a sentence where a file that it names is not there.
from playfair.workflow.given_files import check_given_files


def is_made(path):
    """Whether a rule makes the file at a path."""
    return any(rule.is_producer(path) for rule in workflow.rules)


try:
    check_given_files(config, datasets, networks, is_made)
except InputError as error:
    sys.exit(f"error: {error}")
