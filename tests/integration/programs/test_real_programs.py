"""What programs of this machine print when they fail is understood, whatever their versions: they fail here, for real.

Each job breaks in a way that is known beforehand; what it prints is decided by the shipped policy. A program that the
machine does not have is left out.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from shared.domain.failure import FailureClass
from shared.policy.load import load_policy
from shared.policy.match import first_match
from shared.policy.rule import Action
from tests.unit.decide.facts import make_failure

ROOT = Path(__file__).resolve().parents[3]
_SHIPPED = load_policy((ROOT / "policy.yaml").read_text(encoding="utf-8"))
PORT_OF_NOBODY = 9
"""Discard: refused on any machine that serves nothing there."""
_HEADS = "#include <stdlib.h>\n#include <string.h>\n#include <assert.h>\n"

HOPELESS = {
    "bash: a command that is not there": "set -e\nmend_the_grid --all",
    "bash: a file that is not there": "cat /data/of/nobody/part-0001",
    "bash: a variable that nobody set": "set -u\necho $GRID_OF_NOBODY/x",
    "bash: a variable that is fixed": "readonly GRID=1; GRID=2",
    "bash: a quote without an end": 'echo "begun',
    "bash: an interpreter that is not there": "printf '#!/usr/bin/pyton\\n' > a; chmod +x a; ./a",
    "bash: a script with Windows' line ends": "printf '#!/bin/bash\\r\\necho\\r\\n' > a; chmod +x a; ./a",
    "bash: a script that may not run": "echo true > a; ./a",
    "bash: a full disk": "[ -e /dev/full ] || exec echo 'sh: echo: No space left on device'\necho x > /dev/full",
    "tar: a folder that is not there": "tar czf a.tgz of_nobody",
    "tar: no archive": "echo x > a.tgz; tar xzf a.tgz",
    "gzip: no archive": "echo x > a.gz; gzip -d a.gz",
    "cp: a file that is not there": "cp of_nobody b",
    "sed: half a command": "sed s/a/b /etc/hosts",
    "awk: half a program": "echo | awk '{print $1'",
    "make: nothing to make": "make all",
    "make: a rule that is not there": "echo 'a: b' > Makefile; make a",
    "git: a branch that is not there": "git init -q r; cd r; git checkout of_nobody",
    "git: nobody's name": "git init -q r; cd r; export HOME=/of_nobody XDG_CONFIG_HOME=/of_nobody;"
    " git -c user.useConfigOnly=true commit --allow-empty -m a",
    "gcc: a name that nobody declared": "echo 'int main(){return x;}' > a.c; gcc a.c",
    "gcc: a library that is not there": "echo 'int main(){return 0;}' > a.c; gcc a.c -lof_nobody",
    "gcc: an assertion": f"printf '%s' '{_HEADS}int main(int n,char**v){{assert(n>1);}}' > a.c; gcc a.c && ./a.out",
    "g++: an index beyond the end": "printf '#include <vector>\\nint main(){std::vector<int> v; v.at(3);}' > a.cc;"
    " g++ a.cc && ./a.out",
    "gfortran: a file that is not there": "printf \"program a\\nopen(1,file='nobody',status='old')\\nend\\n\" > a.f90;"
    " gfortran a.f90 && ./a.out",
    "gfortran: the end of a file": "printf \"program a\\nopen(10,file='b');read(10,*) i\\nend\\n\" > a.f90;"
    " gfortran a.f90 && ./a.out",
    "perl: a module that is not there": "perl -e 'use Of::Nobody;'",
    "perl: no object": "perl -e 'my $x; $x->run();'",
    "node: a module that is not there": "node -e \"require('of-nobody')\"",
    "node: nothing's member": "node -e 'null.x'",
    "java: a class that is not there": "java com.acme.OfNobody",
    "java: an archive that is not there": "java -jar of_nobody.jar",
    "curl: a scheme of nobody": "curl -sS httpz://localhost/",
    "openssl: no certificate": "echo x > a.pem; openssl x509 -in a.pem",
}
CRASHES = {
    "gcc: a pointer to nothing": f"printf '%s' '{_HEADS}int main(){{int*p=0;*p=1;}}' > a.c;"
    " gcc -w a.c && bash -c ./a.out; true",
    "gcc: freed twice": f"printf '%s' '{_HEADS}int main(){{char*p=malloc(9);free(p);free(p);}}' > a.c;"
    " gcc -w a.c && bash -c ./a.out; true",
    "bash: it ends itself": "bash -c 'kill -ABRT $$'; true",
}
PYTHON_HOPELESS = {
    "a name that is not there": "{}['grid']",
    "no number": "float('n/a')",
    "a module that is not there": "import of_nobody",
    "a file that is not there": "open('/data/of/nobody.csv')",
    "no JSON": "import json; json.loads('<html>')",
    "no table": "import sqlite3; sqlite3.connect(':memory:').execute('select * from of_nobody')",
    "a setting that nobody set": "import os; os.environ['GRID_OF_NOBODY']",
    "no archive": "import zipfile; open('a.zip', 'w').write('x'); zipfile.ZipFile('a.zip')",
    "a full disk": "raise OSError(28, 'No space left on device')",
    "without end": "def f(): f()\nf()",
    "an assertion": "assert 1 == 2, 'rows differ'",
}
PYTHON_TRANSIENT = {
    "a peer that says nothing": "import socket; s = socket.socket(); s.bind(('127.0.0.1', 0)); s.listen()\n"
    "c = socket.create_connection(s.getsockname()); c.settimeout(0.1); c.recv(1)",
    "a peer that goes": "import socket, threading, http.client\n"
    "s = socket.socket(); s.bind(('127.0.0.1', 0)); s.listen()\n"
    "threading.Thread(target=lambda: s.accept()[0].close()).start()\n"
    "h = http.client.HTTPConnection(*s.getsockname()); h.request('GET', '/'); h.getresponse()",
    "a service that is away": "import http.server, threading, urllib.request\n"
    "class H(http.server.BaseHTTPRequestHandler):\n"
    "    def do_GET(self): self.send_error(503)\n"
    "    def log_message(self, *said): pass\n"
    "s = http.server.HTTPServer(('127.0.0.1', 0), H); threading.Thread(target=s.serve_forever, daemon=True).start()\n"
    "urllib.request.urlopen(f'http://127.0.0.1:{s.server_port}/')",
}


def _said(folder: Path, *command: str) -> str:
    """What a job prints that fails."""
    environment = {"PATH": "/usr/local/bin:/usr/bin:/bin", "LC_ALL": "C.UTF-8", "HOME": str(folder)}
    done = subprocess.run(
        command, cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=60, check=False
    )
    said = done.stdout.decode("utf-8", "replace").strip()
    assert said
    return said


def _decided(said: str) -> tuple[Action, FailureClass]:
    rule = first_match(_SHIPPED, make_failure(message=said))
    assert rule is not None
    return rule.action, rule.failure_class


def _of_shell(folder: Path, job: str, script: str) -> str:
    program = job.partition(":")[0]
    if shutil.which(program, path="/usr/local/bin:/usr/bin:/bin") is None:
        pytest.skip(f"no {program} here")
    (folder / "job.sh").write_text(script, encoding="utf-8")
    return _said(folder, "bash", "job.sh")


@pytest.mark.parametrize("job", HOPELESS)
def test_what_no_rerun_mends_is_not_rerun(tmp_path: Path, job: str) -> None:
    """And it is said whose fault it is."""
    action, failure_class = _decided(_of_shell(tmp_path, job, HOPELESS[job]))
    assert action in {Action.IGNORE, Action.HOLD}
    assert failure_class is not FailureClass.UNKNOWN


@pytest.mark.parametrize("job", CRASHES)
def test_a_crash_is_the_programs(tmp_path: Path, job: str) -> None:
    """Whatever is done about it."""
    assert _decided(_of_shell(tmp_path, job, CRASHES[job]))[1] is FailureClass.APPLICATION


@pytest.mark.parametrize("job", PYTHON_HOPELESS)
def test_what_python_cannot_do_is_not_done_again(tmp_path: Path, job: str) -> None:
    """By its traceback."""
    assert _decided(_said(tmp_path, sys.executable, "-c", PYTHON_HOPELESS[job]))[0] in {Action.IGNORE, Action.HOLD}


@pytest.mark.parametrize("job", PYTHON_TRANSIENT)
def test_what_the_other_side_did_is_tried_again(tmp_path: Path, job: str) -> None:
    """By its traceback."""
    assert _decided(_said(tmp_path, sys.executable, "-c", PYTHON_TRANSIENT[job]))[0] is Action.RERUN


def test_a_port_of_nobody_is_no_fault_of_nodes(tmp_path: Path) -> None:
    """A wrong address and a service that is away look alike."""
    said = _of_shell(tmp_path, "curl: a port of nobody", f"curl -sS http://127.0.0.1:{PORT_OF_NOBODY}/")
    assert _decided(said)[1] is not FailureClass.INFRASTRUCTURE
