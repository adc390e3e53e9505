# In: all rules, so that this comes last. Out: each with the hash of the library code that its script
# uses among its params. Snakemake itself sees a changed script, but not a changed module.

for scripted in workflow.rules:
    if scripted.script:
        scripted.set_params(library=library_hash(scripted.script, scripted.params))
