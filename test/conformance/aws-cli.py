"""Runs commands of the AWS CLI 1, which is a package of Python, in one process: a process takes 0.7 s to start.

Reads one JSON list of arguments a line, and writes one JSON object a line: the exit code and both outputs.
"""

import io
import json
import sys

from awscli.clidriver import create_clidriver

answers = sys.stdout
answers.write("ready\n")
answers.flush()
for line in sys.stdin:
    sys.stdout = io.TextIOWrapper(io.BytesIO(), encoding="utf-8", write_through=True)
    sys.stderr = io.TextIOWrapper(io.BytesIO(), encoding="utf-8", write_through=True)
    try:
        code = create_clidriver().main(json.loads(line))
    except SystemExit as ended:
        code = ended.code
    outputs = [stream.buffer.getvalue().decode() for stream in (sys.stdout, sys.stderr)]
    answers.write(json.dumps({"code": code, "stdout": outputs[0], "stderr": outputs[1]}) + "\n")
    answers.flush()
