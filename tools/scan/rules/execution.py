import pickle
import subprocess


def run(name, data):
    # ruleid: shell-or-code-from-text
    subprocess.run("convert " + name, shell=True)
    # ok: shell-or-code-from-text
    subprocess.run(["convert", name], check=True)
    # ruleid: shell-or-code-from-text
    return pickle.loads(data)


# ruleid: debug-mode
DEBUG = True
# ok: debug-mode
DEBUG = False
