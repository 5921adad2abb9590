"""Lines that say nothing of why a job failed change nothing of what the shipped policy makes of those beside them."""

from __future__ import annotations

import pytest

from secondwind.commands.policy.pack_samples import failure_of
from shared.policy.load import load_policy
from shared.policy.match import first_match
from tests.unit.docs.pages import ROOT

_SHIPPED = load_policy((ROOT / "policy.yaml").read_text(encoding="utf-8"))
_BEFORE = """\
mesg: ttyname failed: Inappropriate ioctl for device
mesg: cannot open /dev/pts/3: Permission denied... stdin: is not a tty
stty: 'standard input': Inappropriate ioctl for device
bash: cannot set terminal process group (-1): Inappropriate ioctl for device
tcsh: no job control in this shell
TERM environment variable not set.
tput: unknown terminal type "xterm-kitty"
xset: unable to open display ""
xrdb: Can't open display ''
/usr/bin/xauth: file /home/a/.Xauthority does not exist
Gtk-WARNING **: cannot open display:
(process:12): GLib-GIO-CRITICAL **: could not open the settings file: Permission denied
libGL error: failed to load driver: swrast
ALSA lib confmisc.c:767:(parse_card) cannot find card '0'
dbus[123]: Failed to connect to socket /run/dbus/system_bus_socket: No such file or directory
qt.qpa.xcb: could not connect to display
manpath: can't set the locale; make sure $LC_* and $LANG are correct
sudo: unable to resolve host node1: Name or service not known
rm: 无法删除'a.out': 没有那个文件或目录
ls: 无法访问'*.log'：没有那个文件或目录
mkdir: 无法创建目录"results"：文件已存在
find: ‘/lost+found’: Permission denied
rm: cannot remove 'tmp': Directory not empty
tail: cannot open 'run.log' for reading: No such file or directory
diff: ref.txt: No such file or directory
mkdir: cannot create directory '/run/user/1000': Permission denied
du: cannot read directory '/data/x': Permission denied
grep: input.txt: binary file matches
nice: cannot set niceness: Permission denied
ionice: ioprio_set failed: Operation not permitted
fatal: not a git repository (or any of the parent directories): .git
fatal: No names found, cannot describe anything.
致命错误：不是 git 仓库（或者任何父目录）：.git
/etc/profile.d/lang.sh: line 19: conda: command not found
bash: /home/a/.bashrc: Permission denied
/home/a/.bashrc: line 7: /opt/x/setup.sh: No such file or directory
nvidia-smi: command not found
sh: 1: lsb_release: not found
scancel: error: Kill job error on job id 12: Invalid job id specified
slurm_load_jobs error: Invalid job id specified
Module 'gcc/9' is already loaded
Lmod Warning: the module cuda/11 is deprecated
tensorboard 2.9 requires protobuf<3.20, but you have protobuf 4.21 which is incompatible.
Failed to load image Python extension: libc10_cuda.so: cannot open shared object file: No such file or directory
No module named 'apex', falling back to torch
Cannot import triton, using the default kernels
[W socket.cpp:426] [c10d] The server socket has failed to bind to [::]:29500 (errno: 98 - Address already in use).
Could not open optional file foo.nml: No such file or directory, skipping
ERROR StatusLogger No log4j2 configuration file found. Using default configuration
log4j:ERROR Could not find value for key log4j.appender.FILE
Picked up JAVA_TOOL_OPTIONS: -Dfile.encoding=UTF-8 -Dfail=fatal
OpenJDK 64-Bit Server VM warning: ignoring option MaxPermSize=256M; support was removed in 8.0
26/01/05 02:10:11 WARN NativeCodeLoader: Unable to load native-hadoop library for your platform
WARN Utils: Service 'SparkUI' could not bind on port 4040. Attempting port 4041.
could not open file to read NUMA node: /sys/bus/pci/devices/0000:3b:00.0/numa_node
E external/local_xla/xla/stream_executor/cuda/cuda_dnn.cc:9261] Unable to register cuDNN factory: already registered
failed call to cuInit: CUDA_ERROR_NO_DEVICE: no CUDA-capable device is detected
libibverbs: Warning: no userspace device-specific driver found for /sys/class/infiniband_verbs/uverbs0
OMP: Warning #96: Cannot form a team with 8 threads, using 4 instead.
Some weights of BertForMaskedLM were not initialized from the model checkpoint and are newly initialized: ['cls']
- This IS NOT expected if you are initializing BertModel from the checkpoint of a model that you expect to be the same
The attention mask and the pad token id were not set. As a consequence, you may observe unexpected behavior.
Asking to pad but the tokenizer does not have a padding token.
Keyword arguments {'add_special_tokens': False} not recognized.
Unused kwargs: ['_load_in_4bit']. These kwargs are not used in <class 'BitsAndBytesConfig'>.
`use_cache=True` is incompatible with gradient checkpointing. Setting `use_cache=False`.
You are using the default legacy behaviour of the <class 'LlamaTokenizer'>. This is expected.
the use_reentrant parameter should be passed explicitly.
Token indices sequence length is longer than the specified maximum sequence length for this model (1024 > 512).
Detected kernel version 3.10.0, which is below the recommended minimum of 5.5.0; this can cause the process to hang.
`loss_type=None` was set in the config but it is unrecognised. Using the default loss: `ForCausalLMLoss`.
 [WARNING]  async_io requires the dev libaio .so object and headers but these were not found.
 [WARNING]  sparse_attn requires a torch version >= 1.5 and < 2.0 but detected 2.1
xFormers can't load C++/CUDA extensions. xFormers was built for:
git-lfs is not installed
[M::mem_pestat] skip orientation FF as there are not enough pairs
[W::hts_idx_load3] The index file is older than the data file: /data/x.bam.bai
DILUPBiCG:  Solving for Ux, Initial residual = 0.1, Final residual = 1e-06, No Iterations 3
WARN: Access to undefined parameter `genomes` -- Initialise it to a default value eg. `params.genomes = some_value`
Your conda installation is not configured to use strict channel priorities. This is however crucial for having robust
Update groups can not be used for this system because there are three or more consecutively coupled constraints
NetCDF: Invalid dimension ID or name
imp_sol: step failed to converge @ (lchnk,lev,col,nstep,dt,time) = 1 2 3 4 5 6
SCF not fully converged! The calculation will continue
(ran out of memory) The caller indicates that this is not a failure, but there could be performance gains
> WARNING: could not find the metadata file /ckpt/latest_checkpointed_iteration.txt
Stack trace terminated abnormally.
For more information and tips for troubleshooting, please check the GROMACS
MPI startup(): FI_PSM3_UUID was not generated, please set it to avoid possible resources ownership conflicts
CUDA kernel errors might be asynchronously reported at some other API call, so the stacktrace below might be incorrect.
sigFpe : Enabling floating point exception trapping (FOAM_SIGFPE).
Requirement already satisfied: tides in /opt/site-packages (1.2)
Unable to find image 'basin:1' locally
a2abf6c4d29d: Already exists
0 upgraded, 3 newly installed, 0 to remove and 12 not upgraded.
debconf: delaying package configuration, since apt-utils is not installed
npm WARN EBADENGINE Unsupported engine {
psql:load.sql:3: NOTICE: relation "basins" already exists, skipping
-- Could NOT find MKL (missing: MKL_INCLUDE_DIR)
checking for cuda.h... not found
make[1]: Nothing to be done for 'all'.
[WARNING] 'version' for maven-compiler-plugin is missing. @ line 12, column 21
Invalid MIT-MAGIC-COOKIE-1 key
final status: UNDEFINED
No MRF models present
No running processes found
no errors found
level=info msg="depth of the basin is not set"
INFO reader.Depths: the depth of basin 3 is not set
""".splitlines()  # noqa: RUF001 - as it is printed
_AFTER = r"""
make: *** [Makefile:12: run] Error 1
make: *** [Makefile:12: run] Error 137
gmake[1]: *** [all] 错误 2
ninja: build stopped: subcommand failed.
BUILD FAILED
FAILURE: Build failed with an exception.
[ERROR] Failed to execute goal org.codehaus.mojo:exec-maven-plugin:3.0.0:java (default-cli) on project job
ERROR: failed to solve: process "/bin/sh -c make" did not complete successfully: exit code: 1
npm ERR! code ELIFECYCLE\nnpm ERR! errno 1\nnpm ERR! job@1.0.0 start: `node job.js`\nnpm ERR! Exit status 1
npm error code 1\nnpm error errno 1\nnpm error command failed
error: Recipe `run` failed on line 5 with exit code 1
ERROR: Job failed: exit code 1
ERROR: run.sh failed (exit 1)
ray.exceptions.RayTaskError(RuntimeError): ray::train() (pid=12, ip=10.0.0.1)
subprocess.CalledProcessError: Command '['./solver']' returned non-zero exit status 1.
Execution halted
Error termination. Backtrace:
STOP 1
""".strip().splitlines()
_ALL_IS_WELL = """\
Uncorrectable ECC errors: 0
uncorrectable ECC error count 0
DBE: 0 double bit ecc error detected
stale file handle count: 0
Checking for stale file handles: none
checking whether any GPU has fallen off the bus... no
GPU 0 health: OK, fallen off the bus: no
node check: no GPU is lost
no uncorrectable ECC errors on this node
Machine check exception test passed
simulating uncorrectable ECC error
zookeeper: Session 0x1 closed, xid 119
transaction with xid 79 committed
DHCPDISCOVER xid 48
""".splitlines()
_CAUSES = (
    "ValueError: could not convert string to float: 'abc'",
    "./solver: error while loading shared libraries: libmkl_core.so.2: cannot open shared object file",
    "[Rank 5] Watchdog caught collective operation timeout: WorkNCCL(OpType=ALLREDUCE) ran for 600037 milliseconds",
    "NVRM: Xid (PCI:0000:3b:00): 79, GPU has fallen off the bus.",
    "srun: error: node3: task 7: Killed",
)


def _rule(text: str) -> str:
    found = first_match(_SHIPPED, failure_of(text, "ehpc"))
    assert found is not None
    return found.name


@pytest.mark.parametrize("cause", _CAUSES)
@pytest.mark.parametrize("line", _BEFORE)
def test_what_begins_a_log_does_not_decide(line: str, cause: str) -> None:
    """Whatever stands there: what the others tell is told."""
    assert _rule(f"{line}\n{cause}") == _rule(cause) != "the-rest"


@pytest.mark.parametrize("cause", _CAUSES)
@pytest.mark.parametrize("line", _AFTER)
def test_what_wrappers_say_of_a_step_that_ended_does_not_decide(line: str, cause: str) -> None:
    """They cannot know why it did."""
    text = line.replace(r"\n", "\n")
    assert _rule(f"{cause}\n{text}") == _rule(cause)


@pytest.mark.parametrize("line", _ALL_IS_WELL)
def test_counters_of_zero_and_what_is_denied_or_over_prove_no_damage(line: str) -> None:
    """Nor does a number that is no Xid. Alone they say nothing, beside a cause they change nothing."""
    text = line.replace(r"\n", "\n")
    assert _rule(text) == "the-rest"
    assert _rule(f"{text}\n{_CAUSES[0]}") == _rule(_CAUSES[0])


@pytest.mark.parametrize(
    "text", ["termios.error: (5, 'Input/output error')", "[Errno 5] Input/output error: '/dev/tty'"]
)
def test_a_terminal_that_is_gone_is_no_storage(text: str) -> None:
    """A disk that fails to be read is."""
    assert _rule(text) == "the-rest"
    assert _rule("[Errno 5] Input/output error: '/data/ttys.csv'") == "io-error"


_RETRIED = "[01/8aa740] NOTE: Process `A:B (c)` terminated with an error exit status"


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("GPU 3 reported Xid 79", "gpu-hardware-xid"),
        ("Xid error: 94", "gpu-hardware-xid"),
        ("nfs: server nas1 OK\nnfs: server nas2 not responding, still trying", "the-rest"),
        (
            "nfs: server a not responding\nnfs: server a OK\nModuleNotFoundError: No module named 'x'",
            "python-module-missing",
        ),
        ("nfs: server nas2 not responding, timed out", "file-server-away"),
        ("volatile uncorrectable ECC errors: 3", "gpu-hardware-cuda"),
        ("fatal: not a git repository (or any of the parent directories): .git", "tool-called-wrongly"),
        ("step 1\nfatal: not a git repository", "tool-called-wrongly"),
        ("find: '/data/in': Permission denied", "permission-denied"),
        ("module: command not found", "command-not-found"),
        ("make: *** [Makefile:12: all] Error 2", "build-failed"),
        ("npm ERR! code ELIFECYCLE\nnpm ERR! errno 1", "build-failed"),
        ("make: *** [Makefile:12: run] Error 137", "the-rest"),
        ("mesg: ttyname failed: Inappropriate ioctl for device", "the-rest"),
        ("app: open /data/in: Permission denied, errno 13", "permission-denied"),
        (f"{_RETRIED} (127) -- Execution is retried (2)", "exit-told-not-runnable"),
        (f"{_RETRIED} (127) -- Execution is retried (2)\nKilled", "killed-says-the-shell"),
        ("ValueError: The attention mask is of shape (2, 3), expected (2, 4)", "python-data-fault"),
        ("ValueError: sdpa is incompatible with gradient checkpointing", "python-data-fault"),
    ],
)
def test_what_is_all_there_is_counts(text: str, rule: str) -> None:
    """A script that wants a repository has failed by there being none; a terminal's notice is nothing even then."""
    assert _rule(text) == rule
