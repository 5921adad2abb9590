#!/usr/bin/env python3
"""Tells Second Wind that an MPI job hangs, while the job is still there to be restarted.

    stuck_rank_watcher.py [OPTION…] -- mpirun -n 64 ./solver     # wraps a command
    stuck_rank_watcher.py [OPTION…] &                            # watches the job script that started it

E-HPC reruns only jobs that are RUNNING or QUEUED, so a failure must be told before the job ends. The usual one
that does not end by itself: a rank or its node dies, and the other ranks wait for it until the wall time is up.

What counts as hanging, with the job's process still alive:
  * no rank progress for --stall-s: no output, or, if --heartbeat is given, a file that a rank no longer touches;
  * a line that tells a lost rank, then silence for --lost-rank-s. Output that goes on later than --lost-rank-s
    after the line shows that the job has survived it, and the line is forgotten.
Time in which this watcher or the job was stopped (suspended, preempted) is not counted.

What it does then: it appends one `job-failure/1` line to a file that Logtail collects, and ends. It stops and
restarts nothing, holds no credentials and opens no connection. What Slurm's environment does not say of the job for
certain squeue is asked for, when there is something to tell. The line quotes what came first of what may be the
cause, with line numbers, and the output's end: what is printed last is mostly what followed from the cause.

What it cannot do: harm the job. With `--` this process *becomes* the command, so signals, exit status and both
output streams are the command's own; the watcher is a process beside it, and whatever goes wrong in it is one line
on standard error. Each start of the job starts a watcher of its own, which looks only at what is new.

One file, standard library only, Python 3.6 or newer, Linux.
"""

import argparse
import collections
import contextlib
import errno
import functools
import glob
import itertools
import json
import os
import pwd
import re
import shutil
import signal
import socket
import stat
import subprocess
import sys
import threading
import time
from typing import (
    Any,
    Callable,
    Deque,
    Dict,
    FrozenSet,
    Iterable,
    List,
    Mapping,
    NoReturn,
    Optional,
    Pattern,
    Sequence,
    Set,
    Tuple,
)

NAME = "stuck_rank_watcher"
CONFIG_FILE = "/etc/secondwind/emitters.conf"
REPORT_DIR = "/var/log/secondwind"

LINE_BYTES_MAX = 4096
"""Of a longer line only the head is looked at."""
READ_AT_ONCE_BYTES = 1 << 16
READ_BYTES_MAX = 16 << 20
"""Read from a file in one look. If more is new, the job is certainly alive: only the last part is looked at."""
MESSAGE_BYTES_MAX = 4096
NAME_BYTES_MAX = 256
CONFIG_BYTES_MAX = 65536
ASK_S = 10.0
"""The longest wait for squeue."""
ASKED_MAX = 10
"""So often it is asked if only it can tell which job this is."""
SQUEUE_SHOWS = "JobID:20,JobArrayID:45,State:20,StartTime:20,RestartCnt:20"
SQUEUE_ROW = r"^{} +(\S+) +(\S+) +(\S+) +([0-9]{{1,9}}) *$"
SQUEUE_BYTES_MAX = 1024
SQUEUE_HEARS = ("SQUEUE_", "SLURM_CLUSTERS")
"""What a user may have set, also to ask another cluster, where that number is another job's."""
LOOK_PAUSES = 15
"""After a look it rests at least so many times as long: thousands of heartbeats on a slow file server, or a job that
prints without end, cost a sixteenth of a core at most."""
PAUSE_POLLS_MAX = 12
"""But never more than so many times --poll-s: a minute, unless that is changed."""
SLICE_S = 1.0
"""The longest sleep between two looks at whether the job is still there."""
PATHS_NAMED_MAX = 5
SECONDS_MAX = 1e9
LAST_LINES = 24
CAUSE_LINES = 12
CAUSE_LINE_BYTES = 480
CAUSE_SURVIVED_S = 1800.0
"""A job that printed on for so long after a line has survived what the line tells."""
OPEN_LINE_S = 0.05
"""A line that has had no end for so long gets none; one that grows is being written, page by page."""
COUNTED_BYTES_MAX = 64 << 20
"""Of a file that was there before, so much is read once to know its number of lines."""

LOST_RANK = (
    # Open MPI 4 and 5 (orte/PRRTE help texts)
    rb"noticed that process rank (?P<rank>[0-9]+) with PID [0-9]+ on node (?P<node>\S+) exited",
    rb"has exited due to process rank (?P<rank>[0-9]+) with PID [0-9]+ on\s+node (?P<node>\S+)",
    rb"[OP]RTE has lost communication with ",
    rb"Remote daemon: \S+ on node (?P<node>\S+)",
    rb"An ORTE daemon has unexpectedly failed",
    rb"An MPI communication peer process has unexpectedly disconnected",
    # Intel MPI and MPICH (Hydra); MPICH 4 names no rank
    rb"BAD TERMINATION OF ONE OF YOUR APPLICATION PROCESSES",
    rb"(?:RANK (?P<rank>[0-9]+) )?PID [0-9]+ RUNNING AT (?P<node>\S+)",
    # Slurm
    rb"srun: error: Node failure on (?P<node>\S+)",
    rb"srun: error: (?P<node>[^\s:]+): tasks? (?P<rank>[0-9]+)[0-9,-]*: ",
    rb"DUE TO NODE FAILURE",
    # InfiniBand below any of them
    rb"transport retry counter exceeded",
)
"""Lines of launchers that tell of a rank, node or link that is gone. Groups `rank` and `node` become the extra
evidence `rank` and `lost_node`. (`node` itself is compared with what the scheduler lists, and launchers spell nodes in
their own way.)"""

LOST_RANK_WORDS = (
    b"that process rank",
    b"due to process rank",
    b"lost communication",
    b"daemon: ",
    b"daemon has",
    b"peer process has",
    b"bad termination",
    b" running at ",
    b"node failure",
    b"srun: error: ",
    b"transport retry",
)
"""In small letters; each line that tells a lost rank has one of them. Only near these are lines asked one by one."""

CAUSES = r"""
~xid (&&): 110~||): 119~||): 120~||): 48~||): 61~||): 62~||): 63~||): 64~||): 74~||): 79~||): 92~||): 94~||): 95~;;
~xid (&&): ;;~gpu ||~nvrm: ||~xid code||~xid error&&119||120||14||150||48||62||63||64||74||79||92||94||95;;
uncorrectable &&ecc~;;cuda error: un;;fallen off the;;~gpu is lost~;;cuda_error_ecc;;cudaerroreccun;;
cuda_error_nvl||cuda_error_unc;;ble nvlink err;;double bit ecc;;bit error (dbe;;rpc from gsp;;~gsp timeout~;;
heartbeat time||memory subsyst&&~nvrm: ;;~hardware erro&&~gpu;;rminitadapter&& failed;;
no healthy dev||no healthy nvi;;multi||uncorrectable&&~hbm~;;~hbm ecc error;;~uncorrectable;;
unknown error&&device handle ;;unable to dete;;~error_gpu_is_||~nvml_error_gp;;~cuda_error_co||~cuda_error_ha;;
cuda error: ha||cuda error: nv;;peer gpu memor;; to d0, device&&~power state f;;
out of memory&&~cuda ||~gpu ||~hip ||~mps ||~npu ||~xpu ;;cuda_error_out;;cudaerrormemor;;hiperroroutofm;;
outofmemoryerr;;
alloc||insufficient_r&&~cublas||~cudnn||~cufft||~cuopen||~curand||~cusolve||~cuspars||~hipblas||~hipdnn||~hipfft||~hipopen||~hiprand||~hipsolv||~hipspar||~miblas||~midnn||~mifft||~miopen||~mirand||~misolve||~mispars||~rocblas||~rocdnn||~rocfft||~rocopen||~rocrand||~rocsolv||~rocspar;;
resource_exhau;;attempting to &&g||k||m||t;;ran out of mem;;xla:tpu compil&&memory;;
resourceexhaus&&oom when alloc||out of memory;;oom when alloc;;~dst tensor is;;
cudahostalloc||cudamalloc||cumemalloc||hipmalloc&&fail||out of memory;;out of memory&&cuda error||cuda failure;;
no available m;;free memory on&& is less than ;;larger than th;;out of memory ;;gib total capa;;
显存不够||显存不足||显存溢出;;failed to allo&& from de|| from gp|| from th|| on devi|| on gpu|| on the ;;
memory&&207018;;tried to alloc;;device-side as;;cuda error: de;;assertion && failed;;cuda_error_ass;;
cudaerrorasser;;cuda error: in||cuda error: mi;;cublas_status_;;cuda_error_inv;;cudnn_status_b;;cufft_invalid_;;
too many resou;;~outofresource;;~stream is cap;;~previous erro;;an illegal ins||an illegal mem;;cuda_error_ill;;
cudaerrorilleg;;memory access ;;page not prese;;hsa_status_err;;
~xid (&&): 109~||): 13~||): 137~||): 31~||): 32~||): 43~||): 45~||): 68~||): 69~||): 8~;;
~aicore error||~aicore except||~aicore timeou;;mmu fault: eng;;no kernel imag;;kernel image i;;cuda_error_no_;;
hiperrornobina;;driver version;;the nvidia dri;;compatibility ;;on non support;;jit compil||was compiled w&&ptx ;;
unsupported pt;;cuda error: de||cuda error: na||cuda error: pe;;invalid device;;cudaerrorinval;;torch not comp;;
flashattention;;tensorflow bin;;not compiled w;;unsatisfied co;;could not load;;
libcudnn&&cannot||could not||not found||version;;loaded runtime;;cudnn version ;;
arch_mismatch||not_supported||version_mismat&&_status_;;capability &&is not compati;;
~cuda_error_&&invalid_||jit_||shared_o||unsuppor;;compat_not_sup||stub_library||unsupported_de&&~cuda_error_;;
~cudaerrorinva||~cudaerrornoke||~cudaerrorunsu;;kernelimagefor;;
~cudaerror&&compatno||insuffic||jit||sharedob||stublibr;;
only support ||only supports &&~gpu or newer||~gpus or newer;;
require a gpu ||require comput||requires a gpu||requires compu;;found no nvidi;;check that you;;select device ;;
object on a cu||object on cuda;;nvidia-contain;;no visible gpu;;you requested &&but your machi;;driver/library;;
nvml error: dr;;nvidia-smi has;;failed to init;;couldn't commu;;system not yet;;cudaerrorsyste;;cuda_error_sys;;
~mps client~||~mps server~&& fail|| not ready;;cuda_error_mps;;~any cuda-capa||~no cuda-capab;;
cuda-capable d&&busy or unavai;;~gpu is in exc;;external devic;;no cuda gpus a;;no rocm-capabl;;unspecified la;;
cuda_error_lau;;the launch tim;;cudaerrorlaunc;;: driver||: initia||: operat||: peer a||: unknow&&cuda;;
cuda_error_not||cuda_error_unk;;unexpected err;;
~cublas||~cudnn||~cufft||~curand||~cusolve||~cuspars||~hipblas||~hipdnn||~hipfft||~hiprand||~hipsolv||~hipspar||~rocblas||~rocdnn||~rocfft||~rocrand||~rocsolv||~rocspar&&_exec_fa||_executi||_interna||_mapping||_not_ini||_setup_f;;
~cuda initiali;;cuda driver in;;hiperrorunknow;;
available||detected||found||visible&&~no comp||~no cuda||~no gpu ||~no gpus||~no npu ||~no npus||~no usab;;
gpu has hung||gpu hung;;stale file h||stale nfs file;;: stale&&/||directory;;[errno 116];;~estale~;;
过旧的文件句柄||过旧的文件控柄||过时的文件句柄||过时的文件控柄||过期的文件句柄||过期的文件控柄||陈旧的文件句柄||陈旧的文件控柄;;
失效文件句柄||失效的文件句柄;;文件句柄失效||文件句柄已失效;;~errno&&116~;;: transport en&&/;;endpoint is no&&/;;
after transpor;;cannot send af;;: cannot send ;;[errno 108];;
cannot a||cannot c||cannot l||cannot o||cannot r||cannot s||cannot w&&: communicatio||: connection t||: host is down;;
[errno 110]||[errno 112]||[errno 70]&&: ;;传输端点尚未连接;;无法在传输端点关闭以后发送;;ssh: ;;curl: ;;
connect to add||connect to hos;;nfs: server && not res;;lost contact&&~nfs|| nfs;; not respondin&&lockd: server ;;
: communicatio;;specified netw;;this client wa;;lustreerror: &&evicted||in progress op||timeout;;in progress op;;
lneterror: &&timed out tx;;connection to && was lost;;~ceph: && caps stale|| caps went sta|| hung|| reconnect den;;
libceph: &&socket closed||timeout;;~mmfs~||~mmfsd~&&expel||lost||panic||unmount;;
expelled||lost||not moun||quorum||unmount&&6027-;;disconnected||evicted||timed out&&cpfs;;
communication ||unreachable&&beegfs;;~lockd: server||~nfs: server && ok~;;put/output err;;error: input/;;[errno 5];;
~remote i/o er;;structure need;;[errno 117];;[errno 121];;
critical mediu||i/o error&&blk_upda||buffer ||critical||ext4-fs ||xfs ;;~critical medi;;, sector&&i/o error, dev;;
rejecting i/o ;;~errno&&5~;;~eio~;;输入/输出错误;;
input/output e&&ibv_||libfabri||mlx||mpi_err_||mpid||ofi||openib||pmix||ucp_||uct_||ucx;;
input/output e&&/dev/pts||/dev/tty||standard||stdin||stdout;;read error: 0:;;~file input/ou;;~termios~;;
/dev/pts~||/dev/tty~;;no space left~||no space left ;;exception: no ;;[errno 28];;~enospc~;;no space left ;;
wrote only && of ;;/tmp ful||/tmp is ||disk ful||disk is ||file sys||filesyst||partitio||volume f||volume i;;
not enough dis||not enough fre||not enough spa;;insufficient d||insufficient s;;insufficient s;;out of disk sp;;
filestream.wri;;no disk space||no free disk s;;~no_free_space;;unable to exte;;database or di;;ora-0165;;ora-30036;;
ora-00257;;the table '&&' is full;;~error 1114 (h;;lock_write_gro;;index read-onl;;disk usage exc;;database space;;
~used space be;;used space bey;;erroneous writ;;pytorchstreamw;;unexpected pos&&inline_contain;;
设备上没有~||设备上没有空间;;磁盘空间不足;;磁盘已满;;空间不足;;~beyond &&%!;;
: no space~||: there is no ||:no space~||:there is no s&&extend||flush||save||store||write||writing;;~disk &&full~;;
~errno&&28~;;not enough spa;;cgroup&&no space left;;disc quota ex||disk quota ex;;: disk quota~;;[errno 122];;
~edquot~;;exceeded for||exceeded on &&quota ;;exceeded;;block di||block qu||inode di||inode qu||over dis||over quo;;
group bl||group fi||group in||project ||user blo||user fil||user ino;;dsquotaexceede;;nsquotaexceede;;超出磁盘限额;;
磁盘配额不足||磁盘配额已不足||磁盘配额已满||磁盘配额已超||磁盘配额满||磁盘配额超;;超过磁盘配额||超过配额;;
~errno&&122~;;exceeded your ;;~insufficient_;;billing hard l;;file size limi;;[errno 27];;~file too larg;;
~sigxfsz~;;~efbig~;;超出文件大小限制;;文件过大;;unable to lock||unable to unlo;;minor: bad fil;;database is lo;;
query_with_sam;;locked by anot;;could not acqu||could not obta;;held by||locked by||taken by&&.lck~||.lock~||lock~;;
be open somewh;;another instan||another proces;;~used by anoth;;
~archive||~cache i||~databas||~file is||~repo is||~reposit||~state i||~table i;;
lock~&&cannot||could no||error||fail||unable;;~quota exceede;;~lock~&&h;;
~abandoned loc||~orphaned lock||~stale lock~&&~exists||~found||~is;;force-unlock;;
~flock(||locking disabl||unable to &&~errno;;no locks avail;;[errno 37]||[errno 524];;file locking f;;
~adioi_set_loc;;detected lock &&.lck;;other applicat;;read-only file;;[errno 30];;~erofs~;;只读文件系统;;
access denied ||unknown filesy||wrong fs type&&~mount;;~mount&&must be superu||only root can||special device;;
incorrect moun||mount point ||protocol is no||protocol not s&&~mount;;refused connec;;nied by server;;
mount.ci||mount.lu||mount.nf||mount: &&can't re||connecti||no route||not resp||timed ou;;mountvolume;;
failed to moun;;unable to atta;;~cernvm-fs: ;;too many level&&/cvmfs/;;automount&&failed||timed out;;
failed to crea;;fusermount&&failed;;configmap||persistentvolu||secret&& not found;; not permitted&&fusermount;;
~operation not;;[errno 38]||[errno 95];;~eloop~||~enosys~||~enotemp||~enotsup||~eopnots||~exdev~;;inappropriate ;;
invalid cross-;;too many level;;: address fami||: directory no||: function not||: protocol not;;不支持的操作;;
不适当的设备 ioctl||不适当的设备ioctl;;无效的跨设备链接;;目录非空;;~edac~&& ue~||uncorrectable||uncorrected;;
~ue memory rea||~ue memory scr||~ue memory wri;;[hardware erro&&fatal||machine ||misc||processo||uncorrec;;
machine check ;;memory failure;;hardware memor;;killing && due to hardwa;;~page has hard;;kernel panic -;;
~not syncing: ;;bug: soft lock||bug: unable to;;watchdog: bug:;;
): corruption||): log i/o err||): metadata i/||error&&btrfs||ext4-fs||jbd2||xfs;;remounting fil;;
controller is ||removing after||timeout&&~nvme;;: exception em||: failed comma&&ata;;~pcie bus erro;;
uncorrected (f||uncorrected (n;; /dev/null~|| /dev/null || /dev/null:&&~open;;node.kubernete&&taint;;
insufficient c||insufficient m||insufficient n;;~job prolog fa;;~prolog failur;;
lustreerror: &&is not c||operatio||rc = -10||rc = -11||rc = -19||rc = -5~||timed ou;;
 crashed|| lost po|| panicke|| reboote|| went do&&~host ||~node ;;~power supply ;;~power loss on;;~thermal shutd;;
~system is goi;;hardware error&&machine check ;;~gpu temperatu;;主机||机器||节点&&宕机||掉电||断电||死机;;
掉卡||掉线&&gpu||显卡;;ancelled at && due to job r;;~term_requeue_;; requeued, run&&slurm job_id=;;
 has been requ|| requeued~&&~job||~job ||~jobid=;;~requeue job j||~requeuing job;;
~job has been ||~job requeued~||~job rerun at ||~job was reque;; rescheduled~&&~job ;;ancelled at && due to node;;
~: node fail||srun: error: n;;~salloc: error;;~killing jobid&& on failed nod;;
slurm job_id=&& ended, run ti|| failed, run t;; uncorrectable&&*** ;;
 is down~|| is not respon|| is offline~&&~node ;; gone down~|| went down~&&~node ;;~boot_fail||~node_fail&&:;;
(state: boot_f||(state: node_f||status is: 'bo||status is: 'no;;ancelled at && due to pre;;
, preempted~&&slurm job_id=;;~preempted&&:;;(state: preemp||status is: 'pr;;~term_preempt~||~term_rc_recla;;
ancelled at && due to deadl|| due to time;;, deadline~||, timeout~&&slurm job_id=;;
exceeded &&time limit||timelimit;;cancelled due ;;~jobstat||~state: ||(state: ||status i;;due hitting ma;;
~deadline||~timeout&&:;;cancelled at &&~job ;;~cancelled by ;;, cancelled~&&slurm job_id=;;~cancelled at && by ;;
exceeded &&memory limit;;unable to cont;;slurm_load_job||slurm_load_nod||slurm_load_par;;socket timed o;;
zero bytes wer;;communication ||connection ref||protocol authe&&slurm;;unable to conf;;
munge decode f||munge encode f;;failed to acce&&munge.socket;;: error: unabl&&slurm;;
~authenticatio||~job credentia;;~error generat||~invalid authe||~invalid job c||~unpack creden;;
: header||: job ep||: job lo||: kill t||: messag||: prolog||: protoc||: unable&&bmission||for job ||ocate fa||ocate re||on node ;;
~controller in||~controller is;;~establish a c;;~fetch_config:;;~licenses curr;;~reservation n;;configuration ;;
~available (do||~available (in;;~required port;;~partition in ;;~system submis;;due to mainten;;nodes lack ava;;
~immediate exe;;~maxjobcount l;;~up nodes reac;;held state, pe;;available node;;
: access||: invali||: path||: reques||: user&&bmission||for job ||ocate fa||ocate re||on node ;;
bmission||for job ||ocate fa||ocate re||on node &&: job ca||: job de||: job s||: job vi||: memory||: more||: reserv||: script||: unspec;;
: batch||: burst||: cannot||: circul||: duplic||: only b||: requir||: step l||: unable&&bmission||for job ||ocate fa||ocate re||on node ;;
bmission||for job ||ocate fa||ocate re||on node &&: contai||: enviro||: incomp||: insuff||: reject||: restri||: too ma||: x11;;
 specification&&~cpu ||~node ||~task ;;not look like ;;~salloc: error||~sbatch: error;;
salloc: ||sbatch: ||srun: er||srun: in||srun: un;;
bad argu||error: c||fatal: -||fatal: c||fatal: m||fatal: n||fatal: s||specific||unable t&&salloc: ||sbatch: ||srun: ;;
specified plug&&find ||load ;;~plugin init&& failed;;slurmd initial;;exceeds&&count ;;not a valid no;;
mutually exclu&& --mem;;script contain;;requested node;;cpu count per ;;unable to layo;;requested gres;;
job submit/all;;account/partit;;expected unix ;;failed to dist;;
salloc: ||sbatch: ||srun: er||srun: fa&&can||invalid||unable t||unknown||unrecogn||unsuppor;;
: error: ||: fatal: &&~is not a vali||ed to parse --||ed to validate;;~reason=badcon;;~dependencynev;;
job violates a;;~assocgrp||~assocmax||~qosgrp||~qosmax;;~maxjobs&&limit~;;job submit/all&&exceed||limit;;
srun: error: &&io error and m||io error with;;step_launch_no;;launch failed ;;~joblaunchfail;;~jobholdmaxreq;;
 failed on nod&&task launch fo;;unpack job cre;;error: invalid||failed: invali;;application la;;
~prolog failed||~prolog hung;;job prolog err||job prolog fai||slurmd prolog ;;~prologfail;;timed out wait;;
slurmd could n;;slurmstepd: er&&_exec_wa||_send_la||cgroup||executio||io_init||mpi/pmix||task_g;;
slurmstepd: er&&failed to star||unable to crea;;/slurm_script:&&execve(): ;;container_g_jo||container_p_jo;;
slurm_script: ;;received siste;;) requested jo&&pbs: job kille;;job requeued d||job was requeu;;job preempted ;;
see administra;;~aborted by pb;;pbs: job kille;;~job exceeded ;;job violates r;;~time limit fo;;
~term_cp||~term_de||~term_me||~term_pr||~term_ru||~term_sw||~term_th||~term_wi;;illed after re&&memory||time;;
~exceeded limi&&cput||mem||ncpus||walltime;;
 exceeded its || exceeded limi|| exceeded the &&~mem~||pmem||vmem||walltime;;exceeded ||exceeding ||exceeds &&wall;;
exceeded ||exceeding ||exceeds &&h_rt||h_vmem||s_rt||time;;~usage_over_li;;时间上限||时间限制&&超过;;
exceed||limit||reached&&~h_cpu~||~h_rt~||~h_vmem~||~s_rt~;;job exceeded&&moab_info:;;
exceeds hard l||exceeds job ha;;exceeded a mem||exceeded some ;;exceeded && usage hard|| usage soft;;
limit (vmem, p;;killed due to ;;evaluated to t&&~periodichold~||~periodicremov;;~operation exc;;~deleted at re;;
~at request of&&@;;job deleted as;;~term_admin~||~term_bucket||~term_force_||~term_owner~;;
admin||operator||owner||root||schedule&&~job can||~job del||~job kil||~job ter||~job was;;
~job deleted a||~job deleted b&&@;;
pbs_iff:||pbsnodes||qdel: ca||qdel: co||qdel: en||qdel: er||qrerun: ||qstat: c||qstat: e||qsub: ca||qsub: co||qsub: en||qsub: er;;
cannot connect&&(errno=;;~pbs_iff: cann||~pbs_iff: erro;;connection ref;;~request not a;;
~qsub: b||~qsub: c||~qsub: n||~qsub: r||~qsub: s;;~qsub: expired||~qsub: failed ||~qsub: floatin||~qsub: unable ;;
~qsub: a||~qsub: g||~qsub: j||~qsub: n||~qsub: p||~qsub: q||~qsub: r||~qsub: t||~qsub: y;;
qsub: ba||qsub: di||qsub: il||qsub: in||qsub: jo||qsub: sc||qsub: un||qsub: wo;;~qsub: error: ;;
unable to run &&" is not||denied||job was reject||unknown;;job held, too &&pbs;;cannot locate ;;job rejected: ;;
job rejected b||job was reject;;~qsub: submit ;;and/or server ;;msg=cannot loc;;ruserok failed;;
bad gid for jo||bad uid for jo;;rejected by al;;specification &&qsub: ;;(total) memory;;memory limit (;;
aborted~||evicted~||held~||killed~||on hold~||removed~&&~by exce||~by memo||~due to ||~excessi||~over ex||~over me;;
~used more mem;;over memory li;;kill&&~oom;;killer&&oom;;memory handler||memory killer&&out;;memory cgroup ;;
~oomkilled~;;out of memory:;;illed process &&anon-rss||total-vm;;xceeded ;;exceeded memor&&being killed;;
: task ||: tasks &&: out of m;;container kill;;running beyond&& memory limit;;xceeding memor||xceeding physi;;
exceptions.out;;due to memory ;;node running l;;node was low o;;memory limit||memory usage;;job is killed&&memory;;
超出了内存上限||超出了内存限制||超出了内存限额||超出内存上限||超出内存限制||超出内存限额||超过了内存上限||超过了内存限制||超过了内存限额||超过内存上限||超过内存限制||超过内存限额||达到了内存上限||达到了内存限制||达到了内存限额||达到内存上限||达到内存限制||达到内存限额;;
内存超限;;内存使用超过;;~oom_reaper~;;~exitcode: -10;;beyond the &&phys||virt;;container [pid&& is running be;;
sigkill(oom);;caused by oom~;;killed bec||killed by ||killed due||killed for;;
~jobstat||~state: ||(state: ||, out_of||status i;;~takes t||~took to||~used to||~uses to||~using t;;~out_of_me&&:;;
~gone over||~ran over ||~went over;;memory usage e;;杀死&&~oom~;;~oom~&&杀;;oom;;~by oom killer||~by sigkill by;;
out of shared ;;error while cr;;shared memory ;;failed to exte;;could not ||unable to ;;posix_fallocat;;
insufficient||no space||too small&&/dev/shm;;bus error||sigbus&&~shm~||shared memory;;dataloader's w;;
insuffic||no memor||no room ||no space||not enou||sufficie&&for /dev||for shm||for the ||in /dev/||in shm||in the s||on /dev/||on shm||on the s;;
java.lang.outo;;~system.outofm;;error: java he;;reached heap l;;size of serial;;gc overhead li;;insufficient m;;
memory for the;;could not rese;;~outofmemoryer;;outofdirectmem;;cannot reserve&& bytes of dire;;
unable to acqu&& bytes of memo;;unable to crea;;native memory ;;javascript hea;;maxresultsize;;exceeds max al;;
堆内存溢出;;内存溢出;;exception outo||exception: out;;heap exhausted;;~out of sort m;;~memory exceed;;
allocation of && failed;;malloc: cannot;;~malloc fails ;;allocation&&unable to sati;;available memo&&required;;
memory require&&greater than||larger than;;push_get: insu;;within memory ;;~bad_al;;std::bad_al;;cannot allocat;;
fork: cannot a;;[errno 12];;~enomem~;;~memoryerror~;;unable to allo&&b;;~_arraymemorye;;forrtl: severe;;
insufficient&&memory;;is insufficien||t enough&&~memory ;;virtual memory;;memory exhaust;;
: out of resou&&~opal||~orte||~pmix||~prte;;not enough mem;;sufficient mem;;
 allocate || malloc &&can||could no||couldn||failed t||unable t;;error allocati&& bytes||array||buffer||memory;;
memory is set && words short;;runtime error:;;~allocation of&& failed~;;~allocate fail;;
 allocate &&error||failed to||n;;memory allocat&&fail;;~allocation fa;;~allocation fa&&(;;~allocating && failed;;
~allocating && array;;) allocation f&&(;;~failure to al&&array||buffer||diags||memory||space||storage;;
calloc f||calloc h||malloc f||malloc h||realloc ;;could not allo||could not mall||could not real;;are we out of ;;
(imp+8);;open core is t;;specified for &&memory is too ;;memory (-m) si;;terminated due;;cpu core memor;;
: out of memor;;~out of memory;;: out of||is out o||ran out ||run out ||running ||went out;;~resources exh;;
 memory&&~out of device||~out of gpu||~out of graphi||~out of video;;
insufficient||not enough d||not enough g||not enough v;;out_of_device_||out_of_pool_me;;
outofdevicemem||outofpoolmemor;;~cl_mem_object;;memory (||memory d||memory e||memory i||memory w&&~out;;
allocation wou;;array exceeds ;;allocate: && bytes request;;memory_limit_e;;~cancel top me;;query exceeded&&memory;;
circuit_breaki;;~info&&(1);;oom command no;;maxmemory&&used memory > ;; exceeds&&memory needed ;;
minimum memory&&exceed||not available;;无法分配内存;;内存不足;;内存分配失败;;分配内存失败;;
allowed memory&& bytes exhaust;;memory limit&&exceed~||exceeds~;;memory limit&&exceed;;
 to allocate || to malloc || to reserve &&attempt||need||request||tried||try;;ofmemoryerror(;;~error: outofm;;
allocate vecto&& gb|| kb|| mb|| tb;;failed attempt;;enough free me;;insufficient n;;could not allo;;
physical||virtual&& memory limit;;failed to allo||failed to real;;memory expan&& failed;;memoria agotad;;
moire &&insuffisante||puis;;static tls;;memlock;;locked memory;;ibv_;;
register memor||registered mem||registering me;;lockd memory;;nodes are avai;;
~allocate ||~allocation of&&containe||executor||host||instance||job||machine||node||pod||port||resource||slot||worker;;
resource tempo&&clone||fork||pthread_create;;can't start ne;;runtimeerror: ;;resources for ;;thread creatio;;
unable to crea||unable to spaw&& thread;;omp: error #34||omp: error #35;;too many open ;;[errno 23]||[errno 24];;
core dumped&&~time limit ex;;~sigxcpu~;;signal xcpu~;;
by signal usr||by user define||through signal||through user d;;~emfile~;;~enfile~;;too many links||too many proce;;
~items of ancd;;rgument list t;;: argument lis;;inotify instan||inotify watch&&limit;;
pthread_create&&eagain||failed;;fork: retry:;;打开的文件过多;;参数列表过长;;资源暂时不可用&&clone: ||fork: ;;
fork: 没有子进程;;~containerd~||~killpodsandbo;;container clea;;unable to unli;;node unexpecte;;
reason=node do||reason=node fa||reason=not res;;] node marked &&[nid ;;alps error: &&node down||node failure;;
exceeded node ;;~term_crashed~;;execution host;;~failed&&: ;;~error reason&&~can't chdir t;;~no suitable q;;
environment be;;~failed changi||~failed openin||~failed search;;~failed&&: before ||: in ;;
~failed&&: found ||: invali||: migrat||: resche||: settin||: shephe;;timeout waitin;;aborted before;;
slurm controll;;slurm temporar;;stepd terminat&& at;;job not ending;;~pmixp_&&.c:;;requested job ;;assumedly befo;;
~lsf is down~;;~lim is down||~lim is locked;;batch daemon n;;~mbatch ||~mbatchd;;
~term_external||~term_unknown~||~term_zombie~;;commlib error:;;unable to send;;failed receivi;;
job disconnect||job reconnecti;;socket between;;condor_starter&&died||exited with;;apinit;;
apsched&&not responding||timed out;;launch failed&&pals: ;;t forward rpc&&couldn;;~ping failed o||~ping rpc time;;
t get password||t resolve grou||t resolve user&&can;;disconnected u;; on host&&~peer ;;unable to comp;;
error initiali;;find address o&&collector||negotiator||schedd||startd;;failed to conn;;
opening input||opening output&&failed on host;;unlink of stag;;in files faile||out files fail&&~stage;;
step creation ;;create step fo&&: job/step alr||: requested no;;~term_load~||~term_other~;;
job submission&&resource tempo||temporarily un;;there are not ;;lots available;;either request;;all nodes whic;;
for this job a;;a request was ;;not enough cor||not enough pro||not enough slo&&mpi||process||rank;;
the number of &&does not match||must be||not divisible||not equal;;too many users;;number of user;;licensed numbe;;
of users alrea;;~licence pool ||~license pool ;;maximum number&&licence||license;;
maximum number||maximum usage||maximum users&&licence||license;;all licences a||all licenses a;;
all licences ||all licenses &&checked out||in use||used;;all licences i||all licenses i;;
licences||licenses&& are currently|| are in use;;no available||no free lice||no more lice;;
available&&no licence ||no licences ||no license ||no licenses ;;
insufficient l||not enough lic||too few licenc||too few licens;;
available&&licence ||licences ||license ||licenses ;;msk_res_err_li;;not enough fre||not enough tok;;
feature||licenc||licens&&in the queue f||queued for ||waiting for ;;
flex||licenc||licens&&-23~||-24~||-35~||-4~||-83~;;manager error ;;许可&&不足;;许可&&用完||被占用;;
没有可用的许可||没有可用许可;;licence queu||license queu;; licences|| licenses&&asked for ;;
 communi|| connect|| contact|| reach|| talk&& flexlm|| licence|| license|| lm-x|| lmgrd|| lstc|| rlm;;
licence manage||licence server||license manage||license server&&busy||is down||not resp||offline||unavaila||unreacha;;
can't read dat||can't write da||cannot read da||cannot write d;;lost connectio;;
licence~||licencing~||license~||licensing~&&daemon not run||is not running||server not run||service not ru;;
flex||licenc||licens&&-12~||-139~||-14~||-140~||-15~||-16~||-17~||-19~||-20~||-22~||-36~||-52~||-7~||-87~||-96~;;
communication ||communications;;error communic;;connection ref||connection res||connection tim&&licence||license;;
connecti||network &&licence||license;;connect||network||timeout&&lmx_;;licence||license&&timed out||timeout;;
连接&&许可;;无法访问到许可||无法访问许可||无法连接到许可||无法连接许可;;no socket conn;;
problem with l||problem with t;;license is for;;problem with && licence|| license;;not in authori;;~trial period ;;
feature has ex;;been revoked||has expired||is expired&&licence ||license ;;
licence||license&&expiration dat||expired;;no such featur;;license has ex||se has expired;;license server;;
does not suppo;;is not availab;;does not exist;;invalid (incon;;
invalid host~||invalid licens||invalid return&&(-||file||key||signatur||syntax;;
wrong host for||wrong host id||wrong hostfor ||wrong hostid;;host id ||hostid d||hostid i||hostid m;;
 find license &&can;;no licence ||no license ||no valid licen&&found||installed;;licence found||license found&&no ;;
no license for;;licence file ||license file &&corrupt||invalid||missing||not found;;no server for ||no server line;;
no server line;;flex||licenc||licens&&-1~||-10~||-11~||-13~||-18~||-2~||-21~||-25~||-26~||-3~||-5~||-6~||-8~||-9~;;
flex||licenc||licens&&-103~||-30~||-31~||-32~||-33~||-34~||-38~||-39~||-40~||-42~||-53~||-66~||-73~||-88~||-89~;;
user/host not ||user/host on e;;checkout reque;;local checkout;;not licensed f||not licensed t;;
licence is not||licence not va||license is not||license not va;;unlicensed;;program limite||program restri;;
size-limited l;;community edit;;problem size l;;
license_expire||license_featur||license_invali||license_versio&&msk_res_err_;;msk_res_err_mi||msk_res_err_si;;
is not license;;失效||无效||过期&&licence||license||许可;;无效的许可||无效许可;;
授权失效||授权已失效||授权已过期||授权过期;;未找到许可;;feature is not||feature not fo&&licence||license;;
~server must b;;the desired ve;;vendor daemon ;;flex||licenc||licens&&-97~;;daemon (-97,;;or try lmrerea;;
~status=2&&/;; could not be || is masked|| not found&&~unit ;;~unit && has a bad uni;;~bad unit file;;~crontab: ;;
bad day-of||bad hour~||bad minute||bad month~;;errors in cron;;
(bad fil||(bad lin||(insecur||(orphan~||(wrong f||(wrong i;;~insecure mode;;failed with re;;service reache;;
 operation tim&&~reload||~start||~stop;;unexpected dis;;rpc failed; cu||rpc failed; ht||rpc failed; re;;
bytes of body ;;transfer close&&remaining;;
~curl&&16 ||16) ||18 ||18) ||28 ||28) ||52 ||52) ||55 ||55) ||56 ||56) ||92 ||92) ||95 ||95) ;;
rsync error: &&(code 10)||(code 12)||(code 30)||(code 35);;some files van;;multi-download;;download inter;;
unable to acce;;unable to find||unable to get ;;not closed cle;;~download||~received||~transfer||~upload&& match;;
 differ|| mismatch||incomplete~||unexpected siz&&~download||~fetch||~transfer||~upload;;file has unexp;;
hash sum misma;;~transfer inpu||~transfer outp;;~rejected&&~command ;;~code 40||~response 40;;
(errno 13) ||(errno 2) ;;rsync error: &&(code 1)||(code 2)||(code 25||(code 3)||(code 4)||(code 6);;~curl: (;;
couldn't find ;;not a git repo;;author identit;;tell me who yo;;detected dubio;;unrelated hist;;
fatal: destina&&already exists;;would be overw;;did not match ;;not something ;;automatic merg;;(non-fast-forw;;
pre-receive ho;;failed to push;;is there a rep;;unable to open;;didn't find se;;repository && does not exis;;
not a valid re;;has no deploye;;couldn't parse;;violates podse;;~is forbidden:;; --help~&&try~;;
persistentvolu&& not found;;configmap && not found;;references non;;compatible fra;;to install mis;;
must install .||must install o;;~curl: (23)||~curl: (9);;no host keys f||no hostkeys fo;;the input devi;;
no display nam;;not connect to;;cannot open di;;~dbus_session_;;has not been b;;error setting ;;unable to pars;;
error opening ;;duplicate argu;;session not cr;;only supports ;;cannot re-use ;;wasn't expecte&&~error: found ;;
~invalid value&&for ;;~error: got un;;bad gate||gateway ||internal||server e||service &&~50;;
awk: ||find: in||find: mi||find: pa||find: un||jq: erro||sed: -e ||sed: fil||xargs: u;;~error! ;;~==> error: ;;
connection;;connecting;;connect error||connect failed||connect to;;network;;time&&out;;socket;;heartbeat;;~peer;;
unavail;;unreach;;~lost~;;~died~;;retry;;retries;;temporar;;try again;;~busy~;;overload;;throttl;;deadlock;;
lock wait;;fetchers faile;;wrong password;;passphrase sup||passphrase you&&incorrect||wrong;;~curl: (67);;
gpg: decryptio;;bad decrypt~||bad passphrase;;wrong passphra;;incorrect pass;;text file busy;;~etxtbsy~;;
in progress&&another operat;;文本文件忙;;another instan&&already runnin||is already run||running;;
another copy &&already runnin||is already run||running;;another proces&&already runnin||is already run||running;;
~daemon ||~instanc||~job alr||~job is ||~process||~script ||~server ;;already runnin;;can't lock &&pid~;;
~otherpid~;;file &&exist||lock;;
实例已在运行||实例已经在运行||实例正在运行||程序已在运行||程序已经在运行||程序正在运行||进程已在运行||进程已经在运行||进程正在运行;;
~directory can;;invalid data f;;moov atom not ;;no decode dele;;improper image;;could not find;;error while de;;
~don't know ho;;~no rakefile f;; specified~&&~version is ;;" is incompati&&~the engine ";;~node: bad opt;;
~graylist||~greylist;;~errcode&&-1~;;~smtpconnecter||~smtpserverdis;;~ftplib.error_;;
channel||connection||network||transfer&&~42;;authenti||credential||password&&~53;;~530 please lo;;~smtpauthentic;;
~authenticated&&differ||match||same;; denied|| not allowed|| not permitted|| prohibited&&~relay||~relaying;;
unable to rela;;~recipient add||~recipient rej||~sender addres||~sender reject;;~recipients we;;
~mailbox not f||~mailbox unava||~no such user ||~user unknown~;;~smtpdat||~smtphel||~smtpnot||~smtprec||~smtpsen;;
~ftp upload: 5;;message size e&&limit||maximum||size;;~errcode&&130101~||45011~||45033~||90018~;;~send too fast;;
~api freq out ;;~trigger frequ;;~frequency lim;;~errcode&&00;; not in whitel||ip not allowed||not allow to a;;
~token is not ;;~webhook acces;;~sign match fa;;~errcode&&310000||4||60||8||9300;;
words not foun||words not in c&&~key;;~invalid webho;;~dns problem: ;;certbot failed;;likely firewal;;
acme:error:caa||acme:error:con||acme:error:dns||acme:error:una;;.well-known/ac;;check that a d;;
 seconds&&~task timed ou;;~sandbox.timed;;~function time;; exceeded by f&&~timeout value;;~reached the m;;
~build timed o;;~execution too;;~exceeded the ;;~runtime exite;;~functionoomer;;
~runtime.handl||~runtime.impor||~runtime.inval||~runtime.malfo;;~failed to sta;;~bootstrap act&& failed|| returned;;
~concurrentrun;;~instanceexhau;;~insufficient && to execute th;;aborted||cancel&&~build ;;~aborted by ;;
. aborted by ;;~process inter;;unauthorized: ;;denied: reques;;pull access de;;/manifests/&& denied~;;
no basic auth ;;401 unauthoriz||403 forbidden&&image||pull||push;;insufficient_s;;toomanyrequest;;
manifests/&&: 429~;;reached your p||reached your u;;too many reque;;manifest &&not found||unknown;;repository doe;;
no such image;;unable to find;;image not foun;;image && does not exis|| doesn't exist|| not found;;invalid refere;;
invalidimagena;;could not open;;image format n;;image file||unable to ||while chec||while load&&fatal:;;
name unknown;;repository nam;;no matching ma;;不存在||找不到||未找到&&镜像;;镜像名||镜像地址&&不合法||无效||错误;;
connection&&aborted||closed||lost||refused||reset;;broken pipe;;no route to ho;;network is unr;;remote end clo;;
~ssl_error_sys;;temporarily un;;unavailable&&service;;bad gateway;;gateway time&&out;;~internalerror;;
upstream reque;;deadline excee;;stale file han;;transfer faile;;
~econnab||~econnre||~ehostun||~enetunr||~epipe~||~etimedo;;~timed out~;;i/o timeout;;input/output e;;
~node cr||~node di||~node do||~node fa||~node lo;;core dumped;;~operation exp;;
连接失败||连接异常||连接断开||连接被拒绝||连接超时;;网络不可达||网络异常||网络错误;;
操作超时||请求超时||读取超时||调用超时;;系统繁忙;;服务&&不可用||繁忙;;reading blob &&~eof~;;cannot connect;;
is the docker ;;containerd&&connection ref||deadline excee||no such file;;failed to crea||failed to star;;
desktop&&docker;;error ||failed ||unable &&: eof~||connecti||dial tcp||timed ou||timeout||tls hand||unexpect;;
received unexp;;connection||dial tcp||timed out||timeout&&~registry||/v2/;;
error copying ||error pulling ||error reading ||error writing ;;
network for sa||network plugin||network sandbo&&error||fail||timeout;;failedcreatepo;;unexpectedadmi;;
container&&device or reso;;container runt||container stat&&down||unknown;;
image||loop device||squashfs&&can't at||can't mo||cannot a||cannot m||could no||failed t;;loop device&&no ;;
squashfuse&&fail||timed;;could not atta;;failed size va;;failed commit ;;~pulling conta;;
~unexpected eo&&~blob||~layer||~rootfs;;while mounting;;multi-attach e;;operation with;;error waiting ;;
~user: lookup &&: ;;~the object ha;;~operation can;;executable fil;;exec format er;;exec user proc;;
oci runtime &&no such file||not a director||permission den;;
: operation no||: permission d&&fuse||loop device||mount failed;;mount failed: ;;
/dev/fuse: no ||/dev/fuse: ope||/dev/fuse: per;;~mountpoint && is not a dir;;fuse: device n;;~install docke;;
docker&&not found||not installed;;oci runtime &&exec for||executab||invalid ||no such ||not a di||permissi;;
starting conta&&: exec format ||: executable f||: no such file;;
error||fatal&&executab||kernel t||not allo||setuid||user nam;;
fatal:&&absolute||bind pat||doesn't ||must be ||unprivil;;no executable &&fatal:;;invoking the n;;fatal: kernel ;;
starter-suid;;createcontaine;;runcontainerer;;containercanno;;errimageneverp;;starterror&&~reason:;;pull policy of;;
~configmap||~namespace||~secret||~serviceaccoun&& not found;;~from server (;;unknown runtim;;insufficient u;;
cannot clone: ;;cannot set use;;
container crea||creating conta&&cgroups ||hook||mount||namespac||no such ||permissi||resolve ;;
invalid ||unknown ||unrecogn&&apptaine||docker: ||enroot: ||podman: ||pyxis: ||singular;;
unknown flag||unknown shorth;;gave http resp;;error validati;;~user: unknown;;a shared libra;;
no exec driver||no run driver ||no shell drive;;admission webh&&denied;;container name&&already in use;;
~runasnonroot ;; device not fo&&~fuse;;/dev/fuse: ;;~fusermount&&: mountp;;loop device: o||loop device: p;;
from daemon: && not found||invalid mount||invalid volume;;~destination ||~mount source && doesn't exist;;
from daemon: c||from daemon: t;;broken pipe||timed out&&~mount~;;~nodelost~||~nodenotready~||~nodeshutdown~;;
in response to;;node is ||node not||node was;;pod deleted by||pod was delete;;unreachable&&evict;;taintmanagerev;;
tainer release;;container rele;;exitstatus: -1;;deadlineexceed&&active||job||pod;;longer than sp||longer than th;;
active longer ;;ephemeral&&storage;;exceeds the to;;exceeded its l||exceeded local||exceeded the l;;pod ephemeral ;;
preempted in o;;preempted by ||preempted to a;;preempting;;reason: ||reason:"||reason:e||reason:p;;
pod evicted||pod preempted||pod was evicte||pod was preemp;;evicted pod;;the node was l;;disruptiontarg;;
interrup||preempt||reclai||releas||terminat&&spot instance||spot node||spot vm;;
preempted~||reclaimed~||recycled~||released~&&instance ||machine ||vm ;;抢占;;竞价实例&&回收||释放;;
~instance is g||~instance will;;node had condi;;diskpressure||memorypressure||pidpressure;;terminat&&~ec2 ;;
host ec2;;evicted&&/;; nodes are ava&&/;;insufficient;;failedscheduli;;unschedulable;;exceeded quota;;
forbidden: exc;;outofcpu||outofnvidia||outofpods;;initial job ha;;
queue &&exceeded||exceeds||has no c||has no r||is full;;am resource li;;资源不足;;配额不足;;库存不足;;nostock;;
operationdenie;;quotaexceed;;~insufficientc||~insufficienth||~insufficienti;;~noresourceava;;could not acqu;;
don't update p;;e progress mor;;submit jobinst;;worker report ;;tasktracker do;;disconnected||offline&&~worker ;;
heartbeat&&worker ;;container dest;;job result los;;任务结果丢失;;
下线||失联||宕机||心跳超时||断开||离线&&worker||客户端||执行器||机器;;~to worker tim;;
canceled||cancelle||killed b||stopped ||terminat&&admin||console||operator||user;;user stop inst;;scheduling cen;;
manual operati;;~receive a kil||~receive kill ||~received a ki||~received kill;;
kille by||kille fr||kille in||killed b||killed f||killed i;;人为操作;;主动终止;;手动停止||手动取消||手动终止;;
用户停止||用户取消||用户终止;;execution time;;batch is abort;;~killed from~;;killed from se;;instance execu;;
~instanc||~job exe||~job run||~job tim||~task ex||~task ru||~task ti;;running time &&exceed;; timeout&&execut;;
执行超时||运行超时;;失败(超时);;timeout period;;exception&&~redis||~sql;;
~command execu||~query executi||~request execu||~statement exe;;
sql执行超时||命令执行超时||查询执行超时||语句执行超时||请求执行超时;;
all worker a||all worker b||all worker i||all workers ;;rkers are busy;;~worker && is busy~;;
~no availa||~no worker;;can not find||can't find a||can't find w||cannot find ;;too many insta;;
~instance~||~instances~&&~reached the u||~reaches the u;;number of inst;;registry addre;;
no available e||no executor;;执行器地址为空;;可执行||可用||在线||空闲&&客户端||执行器||机器||节点;;
无可用||无在线||无空闲||未找到可用||未找到在线||未找到空闲||没有可用||没有在线||没有空闲&&agent||worker;;
~no agent||~no client||~no executor&&alive||available||online||to select;;
所有worker||所有机器下线||所有机器不可用||所有机器忙||所有机器繁忙||所有机器都下线||所有机器都不可用||所有机器都忙||所有机器都繁忙||所有节点下线||所有节点不可用||所有节点忙||所有节点繁忙||所有节点都下线||所有节点都不可用||所有节点都忙||所有节点都繁忙;;
机器繁;;~器繁忙;;实例||并发&&超过||达到;;cancel dispatc;;no suitable wo||no worker~;;average && is too high o;;
~all workers a;;~too many inst;;block strategy;;job thread is ;;discard later;;丢弃后续调度;;覆盖之前调度;;
previous insta;;上一个任务||上一个实例||上一次任务||上一次实例&&执行中||运行中;;
job handler ||jobhandler &&[||conflicts||not found;;~dag has cycle;;jobhandler &&naming conflic||not exist;;
gluetype[&&] is not valid;;can't find job||can't find som;;
processor&&can't cr||can't fe||can't fi||can't lo||cannot c||cannot f||cannot l;;fetch processo&&fail;;
processor &&is null||not found;;no processor;;invalid dag;;illegal node i;;no enabled nod;;disable node;;
group id is no||groupid is not;;appname&&not exist||not regist;;jobprocessor &&null;;~no protocol: ;;
classnotfounde;;nosuchbeandefi;;cannot find th;;
找不到bean||找不到任务bea||找不到任务处理器||找不到任务执行器||找不到任务类||找不到处理器||找不到执行器||找不到类;;
任务不存在||任务未注册;;处理器不存在;;
任务类不存在||任务类未找到||任务类未注册||处理器不存在||处理器未找到||处理器未注册||执行器不存在||执行器未找到||执行器未注册||脚本不存在||脚本未找到||脚本未注册;;
任务对应的执行器为空;;cron 表达式||cron表达式&&不合法||无效||有误||错误||非法;;~commitstateun;;~iceberg.excep;;
~concurrentapp||~concurrentdel||~concurrenttra||~concurrentwri;;
~hoodielockexc||~hoodiewriteco||~metadatachang||~protocolchang;;~delta_concurr||~delta_metadat||~delta_protoco;;
conflicts for ;;base metadata && is not same a;;~type=user_err;;~errortype&&user_error~;;permission;;
access&&denied;;user_canceled;;canceled||cancelled;;limit;;_timeout;;~exceeded_;;~exceeded_task;;
~global_init_s||~init_script_f;;~invalid_spark;;~attach_projec;;~aws_access_to||~azure_vnet_co||~network_confi;;
_insufficient_&&capacity~||capacity_failu;;cloud_provider||gcp_resource_s;;_request_limit;;
(requestthrott||(throttledexce||(throttling) w;;(bandwidthlimi||(limitexceeded;;(ec2throttlede||(priorrequestn;;
(transactionin;;~rate exceeded;;reduce your re;;throttling&&code||error;;
~bandwid||~downloa||~qpslimi||~traffic||~uploadt;;quota exceeded&&~429~;;(serverbusy);;timed out fetc;;
ratelimitexcee;;~exceeded rate||~rate limit ex||~rate limit re||~secondary rat;;~daily~||~per day~;;
~address||~instanc||~maxspot||~spotins||~vcpuexc||~vcpulim||~volumee||~volumel;;
~billingtier||~bytesbilled||~servicequot;;resource monit&& has exceeded ;;query exceeded;;
~allocationfai||~zonalallocati;;~skunotavailab;;~overconstrain&&allocation;;~zone_resource;;resources exce;;
query exhauste;;not enough res;;does not have ;;~toomanybucket;;the account ha;;
too many certi||too many faile||too many new o||too many regis;;acme:error:rat;;' exceeded~&&~quota ';;
~quotaexceeded;;~resource is o||~resource is s;;~notonsale~;;no longer avai;;not have enoug||not have suffi;;
~authorization;;~insufficienta;;~invalidauthen;;~clientauthent;;~unrecognizedc;;~optinrequired;;~google.auth.e;;
~google.api_co;;invalid_grant;;billing ;;~billingnotena;;
~invalidtimest||~signaturenonc||~signaturenotm||~userdisable~;;~invalidaccess||~invalidsecuri&&.;;~sdk.invalidcr;;
with an explic;;~incorrect use;;you have no ri;;403 access den;;access denied:;;
 access|| permission&&does not have ;; is suspended&&warehouse ;;no active ware;;warehouse && cannot be res;;
cluster && is paused|| is stopped|| is terminated;; is in unexpec&&cluster ;;~sql compilati;;~invalidquery~;;
~responsetoola;;compilation er;;depends on a n||depends on a s;;
 result, confi|| result, expec|| results, conf|| results, expe&&~got ;;
~invalid||~malformed&&argument||bucket||digest||object||xml;;~invalid||~malform;;
~invalidin||~invalidpo||~invalidqu||~malformed;;~invalid||~malformed&&ami||instanceid||partorder||subnet;;
~invalid||~malformed&&blobtype||group||resourcename;;bucket&&name is invali||name is not va;;invalid bucket;;
~bucketalready||~bucketnotempt||~entitytoolarg||~entitytoosmal;;~keytool||~metadat||~missing;;
~objectnotappe||~positionnoteq||~preconditionf;;~noregionerror||~paramvalidati||~profilenotfou||~unknownservic;;
~invalidregion||~partialcreden||~unknownendpoi;;you must speci;;(resourcenotfo||(validationerr||(validationexc;;
invalidinput||invalidparamet||resourceinusee&&) when calling;;clientexceptio||clusternotfoun&&) when calling;;
entityalreadye||notfound&&) when calling;;~blobalr||~blobnot||~contain||~resourc||~shareal||~shareno||~subscri;;
~logstor||~project||~queueal||~queueno||~shardal||~shardno||~tableal||~tableno||~topical||~topicno;;
~resourceexist||~resourcenotfo;;
~isv.bla||~isv.con||~isv.inv||~isv.mob||~isv.not||~isv.par||~isv.pho||~isv.sen||~isv.sms||~isv.tem||~isv.tts;;
oss authentica;;~not found: ;;
~incorrect||~invalid||~unsupported&&format||malforme||mismatch||notexist||notfound||notsuppo||valuenot;;
~entryex||~entryfo||~instanc||~jobnote||~jobnotf||~logstor||~objectn||~queueno||~tableno||~topicno;;
error~||exception~&&~is inva||~malform||~not exi||~not fou||~not sup||~not val;;
azure.||com.amazonaws||huaweicloud&&~is inva||~malform||~not exi||~not fou||~not sup||~not val;;
) when calling&&40||41||422;;addressed usin;;authpkmi||invalidp||objectal||objectno||paramete&&~ots;;
~retrying && could h|| could s|| may hel|| may sol|| might h|| might s;;task run timed;;killed by syst&&!;;
任务执行超时||任务超时||任务运行超时||实例执行超时||实例超时||实例运行超时||节点执行超时||节点超时||节点运行超时&&系统||自动;;
no available m||no idle machin;;resource group&&insuffic||no avail||no machi||no resou||not enou;;
没有可用机器资源||没有可用的机器资||没有可用的计算资||没有可用的调度资||没有可用的资源||没有可用计算资源||没有可用调度资源||没有可用资源;;
资源组下没有可用;;资源组&&机器||资源;;等待gateway资源||等待调度资源;;allornothingre;;resourcewaitti;;
caused by: res;;create_worker_;;resource not e;;~no enough c||~no enough q||~no enough r||~not enough ;;
error in your ;;none ftp conn;;exceeded the e;;have ssrf atta;;
connection ||data source ||datasource && does no|| has bee|| is does|| is has || is not || not exi|| not fou;;
数据源&&不存在||已删除||未找到||未配置;;调度参数&&不合法||未定义||错误;;
odps-003||odps-011||odps-013||odps-041||odps-042;;you have no pr&&odps:;;
errorcode=acce||errorcode=nope||errorcode=unau;;~entitynotexis;;odps-0120031~||odps-0123105~;;instance has b;;
framework-143~;;job 收到了 kill 命;;simplelock con;;table data cha;;data version e;;transaction &&conflict;;
odps-0110131~||odps-0110141~;;odps-01100||odps-01109;;odps-&&002||01100||012||014||07;;odps-&&01230||01231;;
odps-&&0130;;odps-0420||odps-0421||odps-0422;;errorcode=inva||errorcode=malf||errorcode=nosu||errorcode=stat;;
errorcode=inva||errorcode=nosu;;errorcode=slot;;slot quota exc||slot quota is ;;
odps-001||odps-012||odps-013||odps-043||odps-044||odps-045;;fuxi job faile;;kinstancemonit;;system interna;;
errorcode=flow||errorcode=inte||errorcode=loca||errorcode=serv;;page not found;;~mysqlerrcode-||~oracleerrcode;;
~mysqlerrcode-;;~oracleerrcode;;~dbutilerrorco;;~framework-0||~framework-1;;~common-0&&配置;;
您提供的配置||您的配置||您配置&&凌乱||文件||有误||错误;;您填写的参数值不合法;;缺失了必须填写的参数;;
插件初始化失败||插件初始化错误||插件加载失败||插件加载错误;;~framework-14~;;
脏数据条数||脏数据百分比||脏数据记录数||脏数据超过;;
dirty consumer||dirty data||dirty record&&exceed||fail||limit||shutdown;;mission denied;;too many authe;;
no supported a;;host key verif;;host identific;;~unknownhostke;;hostkey has be;; host key is k&&no ;;
unprotected pr;;not found in k;;: error||: invalid form||: permission&&load key ;;
authentication||badhostkey&&paramiko;;sign_and_send_;;no matching ci||no matching ho||no matching ke;;
no argument af;;bad configurat;;algorithm nego;;authentication&&out;;no credentials;;
ticket expired||ticket has exp;;clock skew too;;failed to find;;cannot find kd||cannot locate ;;
client &&not found in k;;preauthenticat;;gss initiate f;;no valid crede;;required key n;;
ignature has e||key has expire;;kinit: ;;kerberos&&error||expired||fail;;find a valid p;;job credential;;
unable to obta;;keytab &&fail||not;;expired&&~account||~cookie||~credent||~passwor||~session||~token;;
~expiredtoken;;expired&&token;;expired securi||expired token;;security token;;securitytokene;;
token ex||token in||token is||token no;;jwt expired;;
失效||过期&&~ck||authoriz||cookie||token||令牌||会话||凭证||密码||登录||票据;;secretmanager$;;登录已过期;;
coordination::;;keeper;;contact any kd;;certificate&&verify;;certificate ha||certificate is||certificate si;;
pkix path buil||pkix path vali;;unable to get ||unable to loca||unable to veri&&certificate||issuer;;
 certificate&&cannot verify ;;disabling ssl ;;signed certifi&&self;;sslhandshakeex;;cert_has_expir;;
hostname &&does not match||doesn't match;;sslv3 alert;;tlsv1 alert;;wrong version ;;handshake&&failure;;
no peer certif;;sslpeerunverif;;bad certificat;;server certifi;;no alternative;;certificate&&s altnames;;
err_tls_cert_a;;certificate ca;;problem with t;;curl: (5||curl: (6||curl: (7||curl: (8;;
证书不受信任||证书已不受信任||证书已无效||证书已过期||证书已验证失败||证书无效||证书过期||证书验证失败;;
~certpathbuild||~certpathvalid;;~certificateex||~certificateno;;
version~&&~alert p||~error i||~no prot||~unsuppo||~wrong p;;no cipher over||no protocols i||no shared ciph;;
unrecognized s;;~unsupported p;;fatal alert ha;;renegotiation&&~unsafe;;too&&~ca||~dh||~ee;;
available~&&ciphers||protocols;;~no matching c||~no matching k||~no matching m||~unsupported m;;
handshake&&~eof~||connection ||time;;s denied for u;;thentication f;;password authe;;no pg_hba.conf;;~noauth~;;
~wrongpass~;;err invalid pa;;~noperm~;;login failed f;;ora-01017||ora-01031||ora-28000||ora-28001;;
alter co||create c||delete c||drop com||execute ||insert c||lock tab||select c||update c;;permission den;;
~permission wa;;permission||privilege&&does not have ||has no ;;~cluster||~groupau||~saslaut||~topicau;;
mongosecuritye;;requires authe&&command ;;not authorized&& to execute;;elasticsearchs;;missing authen;;
otsauthfailed;;otsnopermissio;;" does not exi&&role ";;password incor||password is in;;errorcode 1045;;state 28000;;
command disall||not allowed||this user has &&~err ;;~cluster_autho||~group_authori||~topic_authori||~transactional;;
~invalidac||~invalidcl||~invalidse;;~signaturedo;;incompletesign;;验签失败;;~notenoughbala;;
~forbidden.acc||~forbidden.ram||~forbidden.use;;~accessdenied~;;accessdeniedex;;accessforbidde;;~nopermission~;;
missingsecurit;;securitytokenm;;not authoris||not authoriz||unauthorised||unauthorized;;unauthorizedop;;
notauthorized;;nocredentialpr||nocredentials;;unable to loca;;no credential||no valid crede;;
could not find||could not load||could not refr;;
access d||client e||forbidde||proxy au||unauthor&&~401~||~403~||~407~;;
code||d failed||error||failed w||http||l failed||n failed||status||t failed||失败||接口返回||码&&401~||403~||407~;;
~http$fo||~http$un||~httpcli||~httperr||~httpser;;
invalid &&access t||api||bearer||credenti||password||secret||user nam||username;;
incorrect api ||incorrect pass||incorrect user;;bad credential;;a successful b;;
key inco||key inva||key is i||key is m||key is n||key miss||key not&&api;;the access tok;;
 is restricted&&access to mode;;gated repo;;repository not;;could not read;;support for pa;;authentication;;
~aclexcept||statuscode||statusrunt;;code = permiss||code = unauthe;;sudo: &&a password||a terminal||not in the sud;;
account di||account ha||account is||account lo;;arrearage;;indebt;;overdue;;
停用||冻结||欠费||禁用||锁定&&accesske||ak||帐号||用户||账号||账户;;余额不足&&您的;;拒绝访问;;访问被拒绝;;
无权&&访问;;没有&&权限;;权限&&无;;~authfailure~||~unauthorized~;;validate the p;;~credentialser||~defaultcreden;;
~aadsts;;client secret||secret key is ||secretkey is i;;签名不匹配||签名不正确||签名错误||签名验证失败;;
密钥&&不正确||无效||过期||错误;;match the sign;;your key and s;;invalid||mismatch||not match||not valid&&~sign;;
access key id &&is invalid||not exist||not found;;access denied ;;not allowed to;;
: access den||:access den&&~cos||~gcs||~oss||~s3;;http basic: ac;;no tty present;;
帐号/密码||帐号、密码||帐号和密码||帐号密码||帐号或密码||用户名/密码||用户名、密码||用户名和密码||用户名密码||用户名或密码||账号/密码||账号、密码||账号和密码||账号密码||账号或密码||账户/密码||账户、密码||账户和密码||账户密码||账户或密码&&不正确||有误||错误;;
密码不正确||密码错误;;accesske||令牌无效||令牌错误||凭证无效||凭证错误;;登录失败||认证失败||鉴权失败&&失败;;
~isp.acc||~isp.amo||~isp.den||~isp.out||~isp.pro||~isp.ram||~isv.acc||~isv.amo||~isv.den||~isv.out||~isv.pro||~isv.ram;;
not valid in t;;~530 login||~530 not logge;;not have enoug;;~insufficientb;;~invalidaccoun;;~tunnel failed;;
authenti||authoris||authoriz||login de||login fa||login ha||login re;;
~auth ca||~auth fa||~auth in||~authent||~login c||~login f||~login i;;~missing becom||~missing sudo ;;
不通过||失败||未通过||错误&&授权||权限||登录||认证||身份||鉴权;;
更换||更新||核对||检查||确认&&令牌||凭证||密码||密钥||帐号||授权||用户名||账号||账户;;
更换||更新||核对||检查||确认&&~ak~||accesske||cookie||secret||token;;
~check a||~check i||~check t||~check w||~check y||~confirm||~verify &&access||api||credenti||password||secret||token||user;;
无效&&cookie||session||token;;重新登;;授权&&未;;~wrong credent||~wrong passwor||~wrong user na||~wrong usernam;;
密码不对;;access denied||forbidden||unauthorised||unauthorized&&connect||error||failed||refused;;
connect||network||peer||respon||socket||time&&auth||cookie||log||password||token||失败;;
 handle|| heartbe|| retr|| unavail|| unknown|| unreach&&auth||cookie||log||password||token;;xxl-rpc;;
~broker||~leader||~replica;;but was||got||received||returned||status&&50;;
失败||授权||权限||登录||认证||验证&&不可用||繁忙||网络||超时||连接||重试;;: permis;;operation not ;;
[errno 13]||[errno 1];;~eacces~;;~eperm~;;accesscontrole;;unauthorizedac;;permissionerro;;
authorisation||authorization||permission||privilege&&insufficient||lack||missing||necessary;;access is deni;;
权限不~||权限不够;;不允许的操作;;权限不足;;权限被拒绝;;没有写入权限||没有写权限;;errno&&1~||13~;;must be owner ;;
not enough pri;;access denied;;you need (at l;;proxysql error;;申请权限;;无权操作||无权访问||无权限;;
~account ||~branch ||~role ||~user && cannot || is not ;;
operation not ||permission den&&~qp to ||chrony||error||mbind||numa||perf_eve||renice||sched_se||set_memp||setlocal;;
operation not &&state;;has been exter;;~taskrevokeder;;workflow shutd;;
~marked as fai||~marked as suc||~marked failed||~marked succes;;~dagsterexecut||~jobcancellati;;
~softtimelimit||~timelimitexce;;~airflowtaskti;;hard time limi;;max duration l;;step exceeded ;;exceeded allow;;
attempt durati;;~err_worker_ou||~objectstorefu||~outofdiskerro;;exceeded &&% memory budge;;worker termina;;
unmanaged memo&&kill||restart;;~airflowconfig||~airflowdagcyc||~airflowduplic||~airflownotfou;;
badrequest||clusterpolicy&&~airflow;;~dagnotfound~;; isn't defined&&~the conn_id ;;~broken dag: ;;
 could not be &&dag ;;~variable && does not exis;;~jinja2.except;;
~templateasser||~templatenotfo||~templatesnotf||~templatesynta;;notregistered~&&~celer;;received unreg;;
~improperlycon;;~nosuchmodulee;;~runtimeenvset;;~invalid||~locatio||~missing||~unsuppo;;current proces;;
[e050] can't f;;~failed to res;;~key unsupport;;~jobtypemanage;;~undefinedprop;;~airflowfailex||~airflowskipex;;
duckdb.||numba.core.err||polars.excepti&&.;;~binder error:||~catalog error||~conversion er;;
~columnn||~compute||~lowerin||~shapeer||~typinge;;~io error: ;;connect;;timeout;;timed out;;detected zombi;;
was the task k;;job without he||jobs without h;;finished (fail;;~pod deleted~;;received sigte;;task received ;;
does not match&&~pid ;;~deadkernelerr;;~kernel died~||has been marke||node it was ru;;
got async erro||got async even;;~ibv_event_dev||~ibv_event_por;;
device's healt||fatal sensors||firmware inter&&mlx5_core ;;~ncclinvalidar||~ncclinvalidus;;
invalid argume||invalid usage&&nccl;;duplicate gpu ;;detected misma;;finished reduc;;default proces;;
trying to crea;;invalid backen;;ranks has alre;;bootstrap root&& ranks;;mismatched num;;conflicting co;;
~but the curre||~but world siz;;no socket inte;;no interface f;;bootstrap : no;;environment va;;ranktable;;
~invalid||: mismat||argument&&nccl warn ;;world_size && is not|| must be|| should be;;mismatched ncc;;
jaxruntimeerro||xlaruntimeerro;;
coordination a||coordination s&&error||fail||heartbea||time out||timed ou||timedout||timeout||unavaila;;
~barrier timed;;jax distribute;;remote task ha;;errors_impl.ab||errors_impl.ca||errors_impl.de||errors_impl.un;;
worker job was;;different devi;;slice health;;megascale&&hang||timed out||timeout||unhealthy;;taking the ent;;
aborted||cancelled||deadline||unavailable&&status::ok() (;;dnn library in||dnn library is;;
unable to init&&cuda||gpu||rocm||tpu;;no supported d;;launch failed||xgemm&&blas ;;failed to crea||failed to init;;
could not crea;;failed to get ;;nccl warn cuda;;cuda driver er;;~cuda_error_de;;cudaerrordevic;;no devices wer;;
tpu already in||tpu initializa||tpu is already||tpu is initial;;the tpu is alr;;[hlo verifier];;
hlo module||hlo verifier&&fail||invalid||mismatch;;failed after && pass|| simplificatio;;errors_impl.;;
not all device;;sharding &&does not divid||incompatible||mismatch||not divisible;;cannot open sh;;~nvrtc: error;;
error compilin;;error building;;ninja is requi;;unable to jit ||unable to pre-;;
installed cuda&&does not match||mismatch;;detected cuda &&mismatch;;cuda_home envi;;no module name&&_cuda~;;
custom op &&not built||not compiled||not found;;flash_attn||flashattn&&is not install||not built;;
compilation er||compilationerr&&triton;;ptxas error||ptxas fatal;;~orte has lost||~prrte has los||~prte has lost;;
failure of the;;mmunication wi;;~failed an ofi;;~internal erro;;therefore did ;;
unable to &&find the speci||launch the spe;;~execvp error ;;unable to find||unable to loca;;direct launche;;
not built with;; failed|| returned&&~pmi2_||~pmi_;; init failed&&pmi;;unable to init;;pmk_kvs_barrie;;
pmi server ||pmi version ||pmix server ||pmix version &&incompatible||mismatch||not found;;unable to reac;;
no usable devi||no usable tran;;no components ;; cannot be sel&&~pml ;;requested comp&&was not able||was not found;;
this component;;lockable memor||locked memory||registered mem&&limit||too small;;rlimit_memlock;;memlock limit;;
some locked me;;cannot allocat&&ibv_create_||ibv_reg_;; failed&&ibv_create_||ibv_reg_;;
different vers||version mismat&&mpi||nccl;;unrecognized a||unrecognized o&&hydra||mpiexec||mpirun;;
invalid argume||invalid option||unrecognized a||unrecognized o&&mpiexec;;unrecognized a&&match_arg ;;
mpi_err_no_spa||mpi_err_quota~||mpi_err_servic;;mpirun has det;;attempt to run;;
~no address ||~no endpoint||~no interfac;;open||pars||read&& host fi|| hostfil|| machine|| the hos|| the mac;;
~hostfile that||~hostfile was ;;~rankfile cont;;open mpi tried;;
~high enough ||~insufficient ||~requested ||~required && level~|| support~;;open rte detec;;~a relative ho;;
~not included ;;~empty hosts w;;~please correc||~please revise;;~request to bi||~requested to ;;conflicting nu;;
meet the reque;;unsupported op&&error ;;operation not &&~modify ;;
~mpi_err_&&access||amode||arg||buffer||comm||count||dims||group||in_statu||op||rank||request||rma_||root||tag||truncate||type;;
truncated&&message ;;arguments alia;;~too many comm;;~allocate cont;;message sizes ;;
invalid ||null arg||null buf||null com||null cou||null dat||null ran||null req||null roo||null tag;;
invalid ||null amo||null buf||null com||null cou||null dat||null dim||null err||null fil||null gro||null mpi||null poi||null ran||null roo||null ser||null tag&&);;
cannot c||cannot f||cannot s||cannot u||cannot w||datatype||index va||local an||must ||value fo||value of&&);;
~had no matchi;;~buffers must ;;~datatype has ;;~size of the c;;~cannot partit;;null comm poin||null communica;;
persistent req&&already active;;() function wa&&the mpi_;;mpi_init_threa;;~erroneous mpi;;
assertion fail&&/channel||ch4_||dapl_||netmod||ofa_||src/mpi;;fatal error in;;
mpi_ofi_||mpid_ofi||mpidi_of||mpii_ofi||ofi_mpi_;;create_vni_con;;mpid_||mpidi_&&init;;
ofi addrinfo ||ofi domain ||ofi endpoint ||ofi fabric &&failed||open;;duplicate requ;;~access_refuse;;
~keepererrorco;;~neo.clienterr;;~command_inval||~not_allowed -||~not_implement||~precondition_;;
~neo.clienterr&&notfound||readonly||unavailable||unknown;;~max-series-pe||~max-values-pe;;~crossslot~;;
keys must &&same slot;;t get kerberos&&can;;cannot find kd;;
不存在&&topic||主题||命名空间||服务名||消费组||逻辑库||队列;;~no route info;;precondition_f;;~field type co;;
~frame_error -||~syntax_error ||~unexpected_fr;;timed out||timedout;;terminated;;lock;;~resource_erro;;
resource limit;;~memorypoolout;;~cache-max-mem;; bytes of memo|| bytes of ram&&more than the ;;
~query||~statement||~warehouse&&cancel||due to||exceeded||reached;;statement exec;;max_execution_;;statement_time;;
 exceeded &&duration limit||time limit;;~exceeded~||~timed out~||~timeout~||~took longer~&&days||h;;
limit of ||longer than ||more than ||older than && days~|| hours~|| minutes~;;
 allowed || configured || maximum || permitted && time~;;ora-00040~;;执行时间超出||执行时间超过;;~timeout excee;;
collecti||connect||heartbea||lock||network||socket||try||unreacha||user req||watchdog;;seconds exceed;;
~waiting for ||~waiting to ;;~daily ||~hourly ||~monthly ||~weekly &&allowance~||cap~||limit~||quota~;;
limit||operatio||quota||request||updates&& a day~|| a month|| each da|| each mo|| per day|| per mon;;
~limit~||~quota~&&~billing~||~plan~||~purchase~||~upgrade~;;
上限||次数||配额||限制||额度&&今日||当日||当月||每天||每日||每月;;天级流控;;_limit_day||day_limit_&&~isv.;;
~hit~||_limit||deplet||exceed||exhaust||limit:||over ||reach||used up||已满||用完||触发||超||达到;;
~no daily||~no monthly;;quota left||quota ok;;
too big~||too large~&&~documen||~entity ||~message||~object ||~packet ||~payload||~record ||~request||~respons||~row ;;
 exceeded~|| exceeds~|| larger than~|| over~&&~length~||~size~;;~exceeds &&limit~||max~||maximum~;;~max_allowed_p;;
messagesizetoo;;recordtoolarge;;payloadtoolarg;;~emsgsize~;;~exceeded limi||~exceeded maxi;;
~height exceed||~list length e||~width exceeds;;太大||超过||过大||过长&&报文||数据||文件||消息||结果||请求;;
~watchdog;;bus error;;node fail;;requesttime;;~time&&out;;~retry;;restart;;thread;;open files;;process;;memory;;
~warn;;difference;;mpi_;;~mpich~;;~spazio insuff||~spazio su dis;;spazio esaurit;;~espace disque||~espace insuff;;
espace&&~plus d;;~speicherplatz;;datentr&&~voll~;;~queda espacio;;espacio en dis||espacio insufi;;
o em disco ins||o insuficiente&&espa;;~error 112~;;едостаточно ме;;не осталось св;;空き容量||空き領域;;
ディスクがいっぱい;;디스크 공간;;남은 공간이 없;;aucun espace d;;~insufficient &&space~;;
~not enough &&room in~||room lef||room on~||space in||space le||space on;;
~disk ha||~disk is||~drive h||~drive i||~filesys||~volume ;;~insufficient ;;~exceeded stor;;~evict;;address space;;
shared memory;;metaspace;;perm;;heap;;~requested &&~at most~||~but~||~limit of~||~only~;;~request&& more ;;
 asked for tha|| requested tha&&~more ;;exceeded&&~quota of ;; exceeded~|| reached~&& number of ;;
evict||reduc||using&& ;;tries~||try~;;iterations;;steps;;attempts;;restarts;;errors;;warnings;;times~;;clients;;
users;;cycles;;per minute||per second;;concurrent;;failures;;missing chunk && for toast;;
invalid page h||invalid page i;;could not read&& in file;;is marked as c;;database page ;;tablespace &&corrupt;;
page verificat;;unexpected zer;; contains || is corrup||" contains||" is corru&&~index ||~index ";;
~ora-006||~ora-014||~ora-015||~ora-074||~ora-081||~ora-260;;~corruptindexe;;~corruptrecord;;~checksum_does;;
checksum doesn&&t match: corru;;~wt_panic~;;wiredtiger err&&checksum||corrupt;;~corruption~&&~leveldb~||~rocksdb~;;
~corruption: ;;is corrupt&&loose object ;;object file && is empty;;~bad commit ||~bad object ||~bad tree ;;
corrupt||damaged&&~archive||~backup~||~pack fi||~reposit||~rpmdb~||~segment||~snapsho;;data integrity;;
integrity chec;;got error 28 f;;transaction lo&&is full;;filegroup is f;;archiver error;;space quota ex;;
temp_file_limi;;~ora-002||~ora-016||~ora-198||~ora-651;;memory of proc;;sort exceeded ;;number of lock;;
exceeded memor;;data too large;;maximum shards;;(not_enough_sp;;transaction is;;cannot broadca;;
~dsquotaexceed||~nsquotaexceed;;no suitable dr;;public key ret;;server time zo;;--secure-file-;;
prepared state&& already exist||" already exis;;server version;;database && does not exis||" does not exi;;
ora-12154||ora-12162||ora-12163;;could not reso;;~moved && ;;no queue ';;no exchange ';;no configured ;;
increase&&must be at lea;;above the max ;;~errorcode:[&&api-||common-0||common-1||jdbc-0;;
savepoint&&no such||not found;;suitable savep;;~already exist&&differ;;~invalidresour;;~invalidconnec;;
input path doe;;to unknown que;;can't locate r;;multiple head ;;
migration are ||migration is p||migrations are||migrations is ;;history topic &&missing;;first log file;;
many connectio;;replication sl&& exist;;wal segment && has already b;;bogus data in ;;no longer get ;;
requested mast||requested sour;;binary logs&&purged ;;with the same &&id;;required optio;;
~authenticatio&& cannot be loa;;~ora-28040~;;deadlock found;;lock wait time;;deadlock detec;;could not seri;;
exception&&~cannota||~cannots||~deadloc||~optimis||~pessimi;;ora-0005||ora-0006||ora-0204||ora-0406||ora-0817;;
sql0911n;;lock timeout~;;operation exce;;information sc;;write conflict||writeconflict;;was deadlocked;;
transaction &&aborted||rolled back||was rolled bac;;try restarting;;returned unexp;;concurrent_sna;;conflict with ;;
restart transa;;lock has not y;;~code||~sqlstate||~state&&40001~||40p01~;;transactionrol;;死锁;;cached plan mu;;
tuple concurre;;scan with nolo;;aborted due to;;by another tra;;~too many conn;;too many clien;;sorry, too man;;
nection slots ;;remaining conn;;max_user_conne;;max number of ;;ora-0001||ora-0002||ora-0239||ora-1251||ora-1252;;
has exceeded t&&max;;too many simul;;~current runni;;connection lim;;连接数已满||连接数超||连接数过多;;
otscapacityuni||otsnotenoughca||otsquotaexhaus;;provisionedthr;;too many parts;;max_connection;;cannot accept ;;
too many versi;;version count:;;you have an er;;badsqlgrammar;;sqlsyntaxerror;;
parse error at||parse error in||syntax error a||syntax error i;;unknown column||unknown databa||unknown table;;
column && cannot be nul|| does not exis;;relation "&&" does not exi;; doesn't exist||' doesn't exis&&table ;;
no such column||no such table;;ora-00&&001||9;;duplicate entr||duplicate key;;duplicatekeyex;;got a packet b;;
violates check||violates forei||violates not-n||violates uniqu;;foreign key co||integrity cons||unique constra;;
data too long||data truncat||data would be ;;out of range v;;subquery retur&& more than;;more than one ;;ora-01427;;
incorrect date||incorrect inte||incorrect stri;;truncated inco;;column count d;;doesn't have a;;constraintviol;;
dataintegrityv;;integrityerror;;invalid input ;;value too long;;numeric field ||numeric overfl;;
divide by zero||division by ze;;~ambiguous||is ambiguous;;ambiguous ;;
ora-&&01400||01403||01438||01476||01722||01861||02291||02292||06502||12899||20;;toomanyresults;;programmingerr;;
dataerror;;typemismatch;;invalidquery;;packet for que;;max_allowed_pa;;message too la;;
document is to||document too l;;message larger;;mapper_parsing;;index_not_foun;;unknowntopicor;;unknown_topic;;
references inv;;wrongtype;;crossslot;;unknown comman;;otsconditionch||otsobjectnotex||otsparameterin;;主键冲突;;
唯一性约束||唯一约束;;重复主键||重复键;;字段不存在||字段过长;;表不存在;;~error sql: ;;no such index;;
indexnotfounde;;unrecognized p;;sqlserverexcep;;invalid object;;~noscript~;;error running ;;~user_script:;;
err syntax err||err unknown co||err unknown su||err wrong numb;;
err index out ||err invalid||err no such ke||err value is n;;serializatione;;error deserial;;invalidtopicex;;
invalidrecorde;;数据库不存在;;
分区不合法||分区不存在||分区名不合法||分区名不存在||分区名已存在||分区已存在||列不合法||列不存在||列名不合法||列名不存在||列名已存在||列已存在||字段不合法||字段不存在||字段名不合法||字段名不存在||字段名已存在||字段已存在||索引不合法||索引不存在||索引名不合法||索引名不存在||索引名已存在||索引已存在||表不合法||表不存在||表名不合法||表名不存在||表名已存在||表已存在;;
conversion fai;;cannot coerce ;;document faile;;execabort;;label already ;;too many filte;;strict_dynamic;;
version_confli;;limit of total;;migrations hav;;~column ||~partiti||~table d||~table n||~view do||~view no;;
table not exis;;语法错误&&sql;;interrupted||time exceeded||timed out||timeout&&execution ||query ||statement ;;
cancel&&ed due ||ed statement ||ing due ||ing statement ;;ora-01013;;querytimeout;;
cursor &&killed||not found||timed out;;cursornotfound;;ora-01555;;snapshot too o;;~cassandra tim;;communications;;
server has gon;;can't connect ;;cannotgetjdbcc;;last packet se||last packet su;;no operations ;;~unsatisfied_q;;
~too_few_live_;;
connection||database conne||jdbc connectio&&could not crea||could not get ||could not obta||could not open;;
unable to acqu||unable to get ||unable to obta;;connections co;;failed to obta;;closed the con&&server ;;
can't reach da;;~operations ti;;the database s;;terminating co;;ssl syscall er;;
could not conn||could not rece||could not send||could not tran;;connection to ;;
connection has||connection is ||connection was;;sqlexception: ;;connection is ;;
hikaripool&&not available||timed out;;getconnectiont;;wait millis;;
ora-&&01012||01033||01034||01089||02396||03113||03114||03135||12170||12505||12514||12537||12541||12547||12560||12571||2540;;
read-onl||readonly;;--read-only||--super-read-o;;not  pri||not prim||not writ||notprima||notwrita;;~in the kill s;;
not master~||notmaster~;;clusterdown;;masterdown;;loading redis;;readonly you;;misconf;;tryagain;;exception&&jedis;;
exception&&lettuce||rediscommandti||redisconnectio||redistimeout;;
redis&&closed||refused||reset||timed ou||timeout||unexpect;;could not get ;;network-relate;;~login timeout;;
mongonodeisrec||mongonotprimar||mongosocket||mongotimeout;;serverselectio;;autoreconnect;;nonodeavailabl;;
master_not_dis;;all shards fai;;none of the co;;failed to upda;;not present in;;broker may not;;
notleaderfor||notleaderor;;leadernotavail;;coordinatornot;;record(s) for && has passed;;nobrokersavail;;
networkexcepti;;unexpected err&& while fetchin;;mqbrokerexcept||mqclientexcept;;exception&&remoting;;
keepererrorcod;;etcdserver: ;;zookeeper&&connection||expired||timeout;;~keeper_except;;
otsinter||otsparti||otsserve||otstable||otstimeo;;~interfaceerro||~internaldatab||~operationaler;;
数据库异常||数据库断开||数据库超时||数据库连接失败||数据库连接异常||数据库连接断开||数据库连接超时;;连接数据库失败;;
获取连接失败||获取连接超时;;连接池;;~redisexceptio&&connection||read error||timed out||went away;;
~commitfailede||~disconnectexc||~producerfence||~rebalanceinpr;;~alreadyclosed||~invalidproduc||~retriesexhaus;;
application &&killed by admi||killed by user||was killed by ;;
job canceled a||job canceled b||job cancelled ||job was cancel;;killed by admi||killed by the ||killed by user;;
ddltask&&return code ;;~analysisexcep||~parseexceptio||~semanticexcep||~sqlparserexce;;
~nosuchtableex||~tablenotfound||~validationexc;;table or view ;;semantic analy;;failed: parse||failed: semant;;
task not seria;;kryo serializa;;user did not i;;maximum length;;data overflow;;partition not ;;
cannot be reso&&column ;;cannot resolve&&given input co;;datatype||parse_sy||schema_n||table_or||unresolv&&~];;
ambiguous_refe||divide_by_zero||invalid_||missing_&&~];;output directo&&already exists;;~differ in blo;;
file-level che;;filealreadyexi;;invalidinputex;;no operators d;;there is no op;;statemigration;;cannot map che;;
invalidprogram;;invalidtypesex;;~hive_ba||~hive_co||~hive_in||~hive_pa||~hive_ta||~hive_un||~hive_vi;;
~column_not_fo||~type_mismatch||~user_error~;;name node is i||namenode is in;;standbyexcepti;;state standby;;
could only be ;;failed to repl;;all datanodes && are bad;;blockmissingex;;could not obta;;
no available d||no available n||no live datano||no live nodes;;safemodeexcept;;retriableexcep;;
resourcemanage&&connection||not active||unavailable;;applicationnot;;metastore&&could not conn||fail||unable;;
metastore&&could not conn||could not inst;;noresourceavai;;slot request b;;
taskmanager&&failed||lost||no longer reac||released;;jobmanager&&lost||not reachable;;
worker lost||worker removed||worker was los||worker was rem;;executor heart||executor lost;;
heartbeat of j||heartbeat of r||heartbeat of t&&timed out;;the taskexecut;;slave lost;;sparkcontext w;;
cannot call me;;checkpoint &&expired before;;exceeded check;;~leaseexpirede;;~pagetransport;;~max_failed_un;;
shuffle failed;;~no_node||~remote_||~server_||~too_man;;too many error;;~flinkjobnotfo;;lost the leade;;
~network is do;;~enetdown~;;[errno 100];;网络已关闭;;temporary fail;;~eai_again~;;[errno -3];;server misbeha;;
resolving time;;
dns解析失败||dns解析异常||dns解析暂时失||dns解析暂时异||dns解析暂时错||dns解析错误||名字解析失败||名字解析异常||名字解析暂时失败||名字解析暂时异常||名字解析暂时错误||名字解析错误||名称解析失败||名称解析异常||名称解析暂时失败||名称解析暂时异常||名称解析暂时错误||名称解析错误||域名解析失败||域名解析异常||域名解析暂时失败||域名解析暂时异常||域名解析暂时错误||域名解析错误;;
name or servic;;unable to reso;;~unknownhost~||~unknownhoster||~unknownhostex;;nodename nor s;;~enotfound~;;
no such host;;nxdomain;;server can't f;;nameresolution;;failed to reso;;gaierror;;unknown &&host;;host not found;;
could not tran;;[errno -&&];;未知的名称或服务;;无法解析主机||无法解析地址||无法解析域名;;找不到主机;;
未知主机||未知的主机;;
failed to reso&&${||column||expressi||path||placehol||referenc||symbol||template||variable||{{;;requesttimetoo;;
clock is too f||clock skew;;~otsrequestexp;;request expire||request has ex;;client error||rate||too m&&~429~;;
~throttling.||~throttlinged||~throttlingexc;;~slowdown~;;
exceeded~||limited~||limitexceeded~&&concurrency||quota||rate||request;;limit&&rate;;too many concu;;
request ||requests;;
code||d failed||error||failed w||http||l failed||status||t failed||响应码||失败||状态码||错误码&&429~;;
resource_exhau&&limit||quota||rate;;servicebusy;;serverbusy;;by flow contro||user flow cont;;
flow control e||flow control l;;qps limit;;限流;;请求过于频繁;;流控;;blockexception||flowexception&&~sentinel~;;
~queryqueueful;;~query_queue_f;;~cluster_out_o;;~esrejectedexe||rejected execu||too many queue;;~es_rejected_e;;
~temporary err||~temporary fai||~temporary iss||~temporary pro;;~transient err||~transient fai||~transient fau;;
~backenderror~;;try again &&after||in ||later;;~please retry~;;~try restartin;;
~retry later~||~retry the req||~retry your re;;
try again&&check||correct||fix||install||log||reduce||remove||specify||update||upgrade||verify;;address alread;;
~eaddrinuse~;;[errno 98];;already alloca||already in use||already taken&&~port ;;failed to bind||unable to bind;;
cannot assign ;;bindexception;;地址已在使用;;已被使用||被占用&&端口;;remotedisconne;;readtimeout;;connecttimeout;;
chunkedencodin;;incompleteread;;retries exceed&&max;; download fail&&ftp||http;;~cannot open r||~could not ope;;
~brokenp||~connect||~maxretr||~newconn||~protoco||~timeout;;
~apiconn||~commclo||~endpoin||~proxyer||~ssleofe||~sslerro||~sslzero||~urlerro;;connection err;;make sure your;;
t connect to &&couldn;;~error in your;;~ssl module in||~ssl module is;;~unknown url t;;
common||match||mutual||shared&& algorit|| cipher|| for met|| kex|| key exc;;~invalid||~malform||~missing&&~connect;;
unsupported pr;;no host in req;;no scheme supp;; redirects&&~exceeded ;;
~connect&&~bad hos||~illegal||~invalid||~missing||~null:;;~invalid port||~missing port&&~dial tcp: add;;
internal compi;;killed signal ;;cc1plus: out o;;
catastrophic||error&&~fortcom||~icc: ||~icc: co||~icpc: ||~icpc: c||~icpx: ||~icpx: c||~icx: ||~icx: co||~ifort: ||~ift: ||~ift: co||~ifx: ||~ifx: co||~mcpcom:;;
~nvc++-||~nvc-||~nvfortr||~pgc++-||~pgcc-||~pgf90-||~pgfortr&&e-||error-||f-||fatal-||s-;;
 crayftn: erro|| ftn: error&&~ftn-;;~crayftn~&&~error~;;: error||: fatal&&~cc-;;): error #&&: ;;
cannot open mo||cannot read mo;;fatal error: c;;relocation tru;;undefined refe;;incompatible l||incompatible t;;
compiler could||compiler not&&licence for ||license for ;;loader error: ;;
omp: error #10||omp: error #13||omp: error #15||omp: error #17;; already initi&&found lib;;invalid value ;;
libgomp: inval;;unexpected net;;fortran runtim;;too few argume||too many argum;;
badly placed ||expression syn||no match||undefined vari&&: ;;: event ||: illega||: missin||: subscr||: variab;;
~badly placed &&.~;;bad : modifier||illegal variab||no match&&.~;;
bad opti||bad subs||cannot o||no match||not foun||parse er&&~dash:||~dash[||~ksh:||~ksh[||~zsh:||~zsh[;;
near unexpecte;;syntax error: ;;eof while look;;: syntax error&&line ;;syntax error&&~sh: ;;~sh: -c: line &&: `;;
$'\r': command;;: unbound vari;;: parameter no||: parameter nu;;: bad substitu;;: ambiguous re;;unmatched ;;
: undefined va;;if: expression;;invalid option;;missing ]||missing `];;(error token i;;bad array subs;;
~m: bad interp||~m: command;;python3\r||python\r;;bash\r;;unary operator;;: not a valid ;;: readonly var;;
~awk: &&^ ;;too many argum;;: integer expr;;value too grea;;here-document &&delimited by e;;~line &&: [: ;;
附近有语法错误;;语法错误;;寻找匹配的;;未预期的 eof||未预期的文件结尾||未预期的文件结束||未预期的符号||未预期的记号;;
意外的文件结尾;;未绑定的变量;;未绑定变量;;为绑定变量;;不正确的替换;;错误的替换;;歧义重定向;;歧义的重定向;;
模糊的重定向;;不是有效的标识符;;不是有效的识别符;; 只读变量~||只读变量~;;
期待一元操作符||期待一元表达式||期待一元运算符||期待二元操作符||期待二元表达式||期待二元运算符||期待整数操作符||期待整数表达式||期待整数运算符||需要一元操作符||需要一元表达式||需要一元运算符||需要二元操作符||需要二元表达式||需要二元运算符||需要整数操作符||需要整数表达式||需要整数运算符;;
缺少 `];;参数太多&&[;;
行&&[||declare||export||let||readonly||set||shift||无效的选项||无效选项||立即文档||要求数字参数||需要数字参数;;
command &&not found;;: comm&&line ;;: not found~&&~sh: ;;no such comman;;command: &&~unknown ;;: not found&&exec: ;;
can't exec ";;: not found~;;: no such file&&env: ;;nohup: failed ;;filenotfounder&&no such file o;;
execve(): &&: no such file;;failed to exec;;cannot run pro;;unable to exec;;can't execute ;;is not recogni;;
未找到命令;;找不到命令;;不是内部或外部命令;;name of a cmdl;;cannot execute;;: cannot execu;;bad interprete;;
~cannot execut;;: 无法执行&&~bash: ;;wrong elf clas;;invalid elf he;;not a valid ex||not a valid wi;;
可执行文件格式错误;;无法执行;;解释器错误;;坏的解释器;;找不到需要的文件;;the following ;;to locate a mo;;
lmod has detec;;cannot be load;;load of requir&& failed;;modulecmd_&&.c;;conflicts with;;also try "modu;;
modulefile &&conflict||invalid||not found;;module: error;;~error: module||~error: unable&&module;;
~environmentfi||~environmentlo||~environmentna;;not a conda en;;has not been p;;conda init;;run 'conda ini;;
resolvepackage;;packagesnotfou;;unsatisfiablee;;libmambaunsati;;nothing provid&& needed by;;could not solv;;
package && is not availa;; available&&no package ;;activate: no s;;activate&&source: ;;virtualenv &&not found;;
no virtual env;;there is no pa;;package && not found in ;;package && is not instal|| not installed;;~environment i;;
specifications;;ssl module in ||ssl module is ;;could not inst;;no matching di;;resolutionimpo;;without settin;;
~cannot uninst;;failed buildin;;failed to buil;;subprocess-exi;;metadata-gener;;externally-man;;
 failed&&setup.py egg_i;;error: command||error: legacy ||error: metadat||error: pip &&failed||gcc;;
npm err! 404||npm err! code ||npm err! missi;;unmet dependen;;requires a dif;;conflicting de;;
not available &&~dependenc;;was built befo||was installed ;;retrying (retr;;newconnectione;;name resolutio;;
connection bro||connection ref||connection res||connection tim;;error while lo;;symbol lookup ;;undefined symb;;
version && not found;;`glibc;;glibcxx_;;cxxabi_;;library not lo;;dlopen&&error||fail;;dll load faile;;
static tls blo;;cannot load li;;failed to map ;;intel mkl erro||intel mkl fata;;
operating syst||processor||system&&please verify||was not built ;;cpu isa level ;;unresolved sym;;
 in java.libra&&no ;;unsatisfiedlin;;could not find||could not load;;无法打开共享对象文件||无法打开共享目标文件;;
加载共享库出错||加载共享库时出错;;not open dynam;;fatal error: &&: no such file;;fatal error: &&.h: ;;~ld returned;;
catastrophic e;;compilation ab||compilation fa||compilation te;;error: expecte&& before;;
 has no member|| undeclared|| was not decla&&error: ;;to make target;;no rule to mak;;没有规则可制作目标;;
cmake error;;configure: err;;no makefile fo;;~ld: cannot fi;;cannot find -l;;javac: ;;nvcc fatal;;
error: command&&' failed;;~problem durin;;linker command;;multiple defin;;build stopped:;;error: could n;;
cannot find ma;;compiler canno;;npm err! missi;;nrecognized ar;;
~illegal ||~unknown ||~unrecognized ||~unsupported &&argument||option||parameter||switch;;
~invalid &&command||option;;~flag needs an||~flag provided;;~argument for ;;following argu;;error: the fol;;
error: argumen&&: ;;no such option;;missing ar||missing op||missing pa||missing re;;numeric argume;;
expected at le||expected one a;;could not over;;configattribut;;missingmandato;;~invalid timeo;;
~timeout value&&must be~;;error||exception&&~configp||~hydra.||~omegaco||~toml.||~yaml.;;
~config ||~configu||~toml er||~toml pa||~toml sy||~yaml er||~yaml pa||~yaml sy;;invalid config||invalid settin;;
mapping values;;environment va&&is not defined||missing||not set||undefined;;mandator||required&&missing||not ;;
无效参数||无效的参数||无效的选项||无效选项;;不适用的选项;;
缺少参数||缺少必填参数||缺少必填的参数||缺少必要参数||缺少必要的参数||缺少的参数;;参数不合法||参数错误||参数非法;;
未知的选项||未知选项;;
配置不正确||配置信息不正确||配置信息有误||配置信息有错误||配置信息错误||配置文件不正确||配置文件有误||配置文件有错误||配置文件错误||配置有误||配置有错误||配置错误||配置项不正确||配置项有误||配置项有错误||配置项错误;;
unexpected arg;;~usage: &&[;;cannot b||conflict||invalid||not allo||not supp||require&&--;;
the argument '&&' cannot be us||' is required;;prefix already;;config&&error~||exception~;;~misconfigur;;
 config|| settings&&cannot||error||failed||fault||invalid||mistake||problem||unable;;
cannot~||error~||failed~||invalid~||unable~&&.cfg~||.conf~||.ini~||.toml~||.yaml~||.yml~;;
~error~||~invalid||~unexpec||~unknown||~wrong~&&.cfg~||.conf~||.ini~||.toml~||.yaml~||.yml~;;
config||settings&& are inc|| are inv|| are wro|| file is|| has inc|| has inv|| has wro|| is inco|| is inva|| is wron|| was inc|| was inv|| was wro;;
config||settings&& are bro|| are inc|| are mal|| are mis|| are not|| file is|| has bro|| has inc|| has mal|| has mis|| has not|| is brok|| is inco|| is malf|| is miss|| is not || was bro|| was inc|| was mal|| was mis|| was not;;
config||settings&& error~|| failed~|| failure~;;
config~||configuration~||settings~&& entry|| key|| option|| paramet|| section|| setting;;
~unknown &&config||directiv||flag||setting||switch;;~unknown varia&&=;;exception of c;;~yaml: ;;: yaml: ;;
line &&~yaml~;;did not find e;;invalid toml~;;
~env var||~flag is||~flag re||~mode is||~mode re||~option ||~setting||~specifi;;running script;;~no hostkeys a;;
argument||flag~||keyword~||option~||paramete||setting~||switch~&&~bad cho||~bad set||~bad val||~illegal||~invalid||~missing||~unknown||~unrecog||~unsuppo||~wrong c||~wrong s||~wrong v;;
cannot match n;;null~&&分区||参数||字段||表||项目;;配置&&不合法||不正确||无效||有误||解析失败||错误;;
配置文件&&不正确||错误;;~ignored~;;~skipped~;;default&&~using ;;~instance prof;;~error running;;
~no free ||~no more ;;~deadline;;~etcd~;;~consul~;;~nacos~;;zookeeper;;~apollo~;;
busy||connect||refused||reset by||time||unavaila||unreacha;;
configur||settings&&~map~||~server~||~service~||~store~;;unknown config;;no space;;stale file;;~i/o error;;
out of memory;;error: &&--;;~illegal ||~missing ||~unknown ||~unrecogni&&~abort~||~error~||~fatal~;;
~duplicate ||~invalid ||~unsupported &&~abort~||~error~||~fatal~;;~keyword||~option&&~abort~||~error~||~fatal~;;
missing ||no such ||unknown && argumen|| flag|| keyword|| option|| paramet;; is used||using&&, ;; back&&~fall;;
~instead;;~skipped||~skipping;;~set to zero;;
, clippe||, cold s||, discar||, droppe||, interp||, moved||, remove||, taken ||and clip||and cold||and disc||and drop||and inte||and move||and remo||and take||and were;;
~expected end ||~expected time;;continuing;;~ignored||~ignoring;;~assumed~||~assuming~;;~disabled;;by default~;;
~defaulting~;;, creating it~||, creating one;;~will be ignor;;~another;;operation expi;;~econn||~epipe;;~being ;;
~in use~;;in progress;;going on;;~until~;;not && yet;;at the moment||at this moment;;~lease;; down&&slow;;~granted;;
out of sync;;~stale;;preempt;;reclaim;;~arrived;;between ranks;;free port;;~download;;short read||short write;;
end of stream;;handshake;;communicate~;;communication;;evict;;input/output;;
per day||per hour||per minute||per second;;~rate~;;health;;at a time;;~now~;;~dead~;;crash;;dumped;;run~&&re;;
try&&re;;restarted||restarting;;to restart;;later~;;unknown error;;respond||respons;;~http&& 5;;~reply~;;~answer;;
give up~||given up~||giving up~;; times~|| tries~;;连接;;网络;;超时;;重试;;不可用;;繁忙;;稍后;;等待;;频率;;速率;;
并发;;排队;;重启;;宕机;;失联;;断开;;心跳;;con&&ex;;verbindung;;~tiempo~;;seau&&É||é;;연결;;네트워크;;接続;;
タイムアウト;;Ế||ế&&t n;;upstream;;mirror;;~cache;;~share~;;~mount;;~disk~;;backend;;
daemon||peer||remote||server||service;;containe||executor||gateway||proxy||worker;;
executor||gateway||peer||server||service||worker;;
containe||daemon||executor||gateway||host||peer||proxy||remote||server||service||worker;;~remote||~serv&&exc;;
~node ;;~rank ;;~ranks~;;~pod~;;cluster;;slurm;;~srun&& ;;sbatch;;leader;;broker;;~master~;;~replica;;~host;;route;;
device;;~gpu;;license;;process&& id;;节点;;服务器;;时间;;服务端;;서버;;サーバ;;servidor;;serveur;;Ủ||ủ&&y ch;;
deprecat;;expression~&&~cron;;badcron;;~bad cro||~illegal||~invalid||~malform||~wrong c;;
~given trigger&& will never fi;;~constraint er&& expected rang;;~wrong number ;;
~expected at l||~expected exac&& fields, found;;~both a day-of;;~day of ||~day-of-||~hour va||~minute ||~month v;;
~crontab||: parse ||failed p||orphan (||wrong fi&&~cron;;~failed to par;;
does not||found||installe||missing||register&&connecto||deployer||driver||extensio||handler||plug;;
~adapter||~auxserv||~codec||~compile||~executa||~interpr&&does not||found||installe||missing||register;;
found~||installed~||registered~&&adapter||codec||compiler||connecto||driver||extensio||handler||interpre||plug;;
codec||compiler||connecto||driver||extensio||interpre||librarie||library||plug&&~failed ||~missing||~not fin||~not loa||~not loc||~unable ;;
 found to hand&&~no ;;~installed~&&~ensure ||~make sure ;;
initialisation||initialization&&~backend||~module||~provider;;
不存在&&分组||数据库||数据源||环境||租户||资源组||集群||项目;;watchdog caugh;;timeout(ms)=&&) ran for;;
nccl operation;;timeout at ncc;;watchdog threa;;watchdog got s;;heartbeat moni;;nccl communica;;ncclcommabort;;
distbackenderr;;processgroupnc&&abort||exception||timeout;;nvidia;;cuda;;~gpu||~npu;;
invalid argume||not supported&&~apptain||~ch-imag||~ch-run~||~crun~||~podman~||~runc~||~singula;;~lock~;;
~lock~&&~created~||~held~||~locked~||~taken~;;~abandoned loc||~leftover lock||~orphaned lock||~stale lock~;;
~force-unlock~;;delete i||delete t||remove i||remove t&&~lock;;~removed~;;~cleaned~;;warn;;object && not found;;
no applicable ;;unexpected end||unexpected num||unexpected str||unexpected sym;;unused argumen;;missing value ;;
replacement ha&& row;;arguments impl;;undefined colu;;argument&&invalid ;;no lines avail;;argument of le;;
lapack routine&&: ;;system is comp||system is exac;;na/nan/inf in;;can't work out;;
argument||bounds||canonica||divide||domain||inexact||method||overflow||stackove||stringin||undefref||undefvar&&error with ||error(||error: ;;
dimensio||lapackex||nondiffe||posdefex||singular||zeropivo;;no method matc;;~loaderror&& with ||(||: ;;
cannot l||connect||eoferror||ioerror||outofmem||socket||statuser||systemer||time out||timed ou||timedout||timeout;;
critical||error~||exceptio||failed~||fatal~&&bad gate||deadline||gateway ||hang out||hang up||hung out||hung up||input/ou||no route||stale fi||timed ou||timed up||unavaila;;
critical||error~||exceptio||failed~||fatal~&&connecti||n't answ||n't resp||not answ||not resp||transpor;;
~became unresp||~giving up aft||~lost connecti||try again~&&~critical~||~error~||~fatal~;;~error&& 50;;
(internalerror||(requesttimeou||(serviceunavai||(slowdown&&) when calling;;
~fetchfailed||~killedworker||~workercrashed&&: ;;
不可用||已断开||被拒绝||超时||输入输出错误&&error:||exceptio||失败||异常||错误;;不可用||失联||超时;;
~can't c||~can't f||~can't l||~can't u||: can't ;; requires expl&&global symbol ;;begin failed--;;
execution of && aborted due t;;use of uniniti&&fatal;;~not a a||~not a c||~not a g||~not a h||~not a s||~not an ;;
t numeric in &&isn;;~illegal divis;;~undefined sub;;~json: cannot ||~json: unknown||~json: unsuppo;;
converting||expected ||no rows in res||scan error&&~sql: ;;~toml: line ||~yaml: line ;;: parsing&&~strconv.;;
~parsing time ;;~base64: illeg;;~hex: invalid||~hex: odd;;cannot use && value in;;~invalid chara&& looking for b;;
argument||arithmet||badarity||badmaper||caseclau||condclau||function||keyerror||matcherr||undefine||withclau&&~** (;;
~*** exception;;~callstack (fr;;: prelude.&&: ;;non-exhaustive;;~map.!: ;;~scala.matcher||~scala.notimpl;;
exception~&&~groovy.lang.;;exception~&&~kotlin.;;connection&&aborted||closed||error||refused||reset||timed ou;;
~dial tcp||~dial udp;;broken&&pipe;;service unavai;;maximum execut&& second exceed|| seconds excee;;
~call to a mem||~call to priva||~call to prote||~call to undef;;~php fatal err||~php parse err;;
~fatal error: ||~parse error: ;;~undefined loc||~undefined met;;
(argumen||(frozene||(indexer||(keyerro||(nameerr||(nometho||(rangeer||(typeerr||(zerodiv;;
attempt to c||attempt to i||attempt to p;;~rangeerror: ;;maximum call s;;~urierror: ;; is not a func;;
 is not iterab;;~no node found;;[err_ass||[err_buf||[err_inv||[err_mis||[err_out||[err_str||[err_unh&&];;
[err_method||[err_string&&];;unexpected tok&& in json;;unexpected end;;is not valid j;;constraint fai;;
~depends on on;;~inconsistent ;;~trying to get&&~error~||~exception~||~fatal~||~uncaught~;;
uncaught &&argument||arithmet||division||typeerro||unhandle||valueerr;;cannot bind ar||cannot bind pa;;
connection clo||connection poo||connection ref||connection res;;failed to resp;; connect&&could;;
 bad|| gateway|| internal|| service&&~50;;memory size of;;reach database;;
categoryinfo&&: closee||: connec||: operat||: reader||: resour||: writee;;" not found&&~class ";;
~system.argume||~system.format||~system.invali||~system.nullre;;~system.divide||~system.indexo||~system.invali;;
~system.ag||~system.no||~system.ob||~system.ov;;~system.typein;;~system.collec||~system.text.j||~system.xml.xm;;
exception~&&~system.;;transport;;pool~;;login failed;;
~badimageforma||~dllnotfoundex||~missingmethod||~typeloadexcep;;~entrypointnot||~fileloadexcep;;requirements c;;
cannot find mo;;module not fou;;can't locate && at || in @inc;;cannot load su;;~bundler::;;
module_not_fou||package_||require_&&~err_;;dlopen_failed||unknown_file_e||unsupported_&&~err_;;ossl_&&~err_;;
digital envelo;;compiled again;;cannot find pa;;no available r;;~failure to fi&& in ;;
cannot change||cannot open&&error in ;;~error in runn;;following ||missing ||required &&~please instal;;
npm err! code ||npm error code;;eintegrity||einvalid||ejsonparse&&npm err! code ||npm error code;;package or nam;;
too many lincs||too many settl;;incs warnings ;;can not be set;;lincs warning;;
atoms comm||atoms move||atoms movi||particles ;;simulation has;;domain decompo;;blowing up;;periodic cell ;;
vlimit exceede;;velocity &&exceed;;step size too ;;lost atoms: ;;
missing&&angle at||bond ato||dihedral||improper||pair ato;;
non-numeric at||non-numeric bo||non-numeric po||non-numeric pr;;out of range a;;cannot compute;;simulation uns;;
~atom ||~atoms &&left the b||left the c||left the s||out of the;;zbrent: fatal;;edddav;;eddrmm;;zhegv failed;;
cholesky||dsyev||zgeev||zheev||zhegv||zpotrf&&fail||info;;lapack: routin;;not hermitian;;brmix: very se;;dentet;;
gradient is no;;sick job;;very bad news;;internal error;;converge&&scf did ||scf fail||scf has ||scf not||scf run ;;
scf not conver;;convergence no;;convergence fa||optimization d||optimization s;;number of step;;s matrix not p;;
charge is wron;;too many bands;;eigenvectors f;;formbx had a p;;inv3 failed;;linear search ;;error terminat;;
: original && current ;;rerun with sma;;
~ibzkpt~||~invgrp~||~poscon~||~posmap~||~pricel~||~rhosyg~||~rspher~||~sgrcon~&&error||failed||fatal||not foun||precisio||problem||running ;;
error||failed||fatal||not foun||precisio||problem||running &&~edwav~||~elf_ncl||~fexcf~||~fock_ac||~gensym~||~pssyevx||~pzstein||~pzunmtr||~rhfatm~;;
error: too few;;too few bands;;the old and th;;charge density;;tetrahedron me;;grad is not or||gradient is no;;
coordinate res&&cannot be acc;;water molecule;;total potentia;;bad hydrogen g;;
~density||~energy~||~force~||~forces~||~potenti||~pressur||~tempera&& = infin|| = nan|| = not f|| are inf|| are nan|| are not|| became || is infi|| is nan|| is not ;;
atoms have mov;;neighbor list ;;tally not comp;;_list&&ran out of spa;;: received an ||:received an e&&:;;
armci error: &&:;;ga_error: ||nwchem: &&error||fail;;~sym_movecs_ad;;
ga_iter_lsolve||ga_iter_orthog||ga_iter_solve&&aborting||fail;;comex_;;dassert;;~malloc;;alloc;;
error in user ||inconsistency ;;number of coor;;not found&&atom type ||atomtype ;;no such molecu;;
no default && types;;invalid direct||invalid line i||invalid order ;;there is no do;;incorrect numb;;
residue &&not found in r;;feature not im;;file input/out;;
cannot o||coeffs||expected||illegal||incorrec||invalid||substitu||unknown ||unrecogn&&~error;;
~error&&: bad ||: comput||: did no||: dump ||: fix ||: group ||: input ||: kspace||: must ||: packag||: pair ||: region||: too ||: variab;;
 package which&&is part of the;;fatal error: u;; parameter&&didn't find ;;
incar||kpoints||poscar||potcar&&error||inconsis||missing||not||wrong;;error in routi;;[abort];;cpassert;;qperr;;
syntax error w;;end of file in;;illegal itpye;;unrecognized o;;input error;;error fexcp;;bravais;;
number of band||number of elec||number of k-po&&not||too||wrong;;~eeeeeee r&& ooooooo~;;~plumed error;;
error in input;;i cannot under;;abort&&*;; error: the ba||error: the bas&&*;;basis set was ;;finished by er;;
~numeric index&& is out;;abort&& ;;: error #&&~from;;cannot bracket;;worker aborted;;parallel pool ;;
error report:~||unit error rep;;~illegal && keyword~|| option~|| scheme~;;
restart file f||restart file i||restart file o;;problem with r;;mandatory fiel;;
could not find||could not open&&/geog||gribfile||nuclide;;geogrid: error;;ungrib: error;;wrf_error_fata;;
increase l&& in size~;;<exception> <;;bad trouble in;;number of &&must be||not a mu||not comp||power of||supposed;;
foam fatal io ;;undefined in d;;
unknown &&boundary||discreti||element ||function||keyword ||patch ||patchfie||scheme ||turbulen;;number of proc;;
 not found in &&entry ||keyword ;;abaqus error: &&could no||exist||input fi||is not||problem;;
analysis input&&error;;***error: &&cannot||has not ||invalid||is not||must||undefine||unknown;;
***error: &&keyword||missing||no eleme||nodes ha||paramete||required||there is||unable t;;
system fatal m||user fatal mes;;*** fatal||*** user fatal;;keyword input;;(key+&&);;ini+||str+&&);;fatal called f;;
error du||error in||error wh||errors d||errors i||errors w;;ran out of val;;input_wrf;;~ndown.exe:||~ndown:;;
num_metgrid;;error||missing||not found&&met_em||wrfbdy||wrfinput;;domain decompo||domain size&&invalid||too small;;
namelist &&error||invalid||unknown;;~nest &&~invalid||~not div||~not ins||~not sup||~not wit||~wrong~;;
~nested domain||~nested grid &&~not~;;undefined func||undefined mate||undefined para||undefined vari;;
recognized fun;;invalid mex-fi;;error opening &&_data~;;improperly set;;{undefined;;error||invalid&&case file ;;
error when rea;;error reading && from file;;error||not found||not load||not open&&journal||udf;;cannot be used;;
in file upstre;;foam::upstream;;foam fatal err&&cannot find||not found||not supported||unknown;;
boundaryfield||constant/||system/&& from line;;number of && agree|| equal|| match;;
multiplicity &&illegal||impossible||odd||wrong;;illegal multip;;combination of;;error in the i||error in your ;;
no grid found ;;contains no at||contains no ce||contains no el||contains no no;;missing restar;;#indep variabl;;
~-> path: ;;specify the po;;~unknown && type ;; types :|| types:&&~valid ;;~extreme ;;~nan~;;out-of-range v;;
outside range;;budget problem;;excessive pivo;;matrix dimensi;;array indices ;;index exceeds;;
exceeds array ||exceeds the ar||outside array ||outside the ar;;~error using ;;error in ==>;;
too many input||too many outpu;;not enough inp;;incorrect dime||incorrect size;;different numb;;unable to perf;;
subscripted as;;dot indexing i;;reference to n;;inner matrix d;;dimensions of ;;~status 50;;network connec;;
could not acce;;resolve the na;;~bad departure||~invalid depar;;departure poin;;~warning: extr;;
~density||~depth b||~depth h||~depth i||~depth w||~determi||~jacobia||~pressur||~tempera||~thickne;;
diverged||failed||stagnated||terminated&&~line se||~minimis||~minimiz||~optimis||~optimiz;;
infeasible~||unbounded~&&~lp~||~model~||~problem||~status~||~subprob;;not positive&&definite;;~singular grad;;
~displac||~drift ||~gradien||~increme||~residua||~strain ||~velocit&&too big~||too high~||too large~;;
~charge ||~energy ||~mass is||~mass lo||~water i||~water l;;~not in any ce||~not in any el;;
~are uns||~became ||~become ||~gone un||~has bee||~is unst||~turned ||~was uns||~went un;;~complex sound;;
explod&&energy||gradient||loss||norm||solution;;~abnormal fluc;;~illegal value;;
~moved too far||~moved too fas||~moved too muc;;cycles~||iterations~&&~out of ;;
~vanishi||~zero ar||~zero de||~zero ja||~zero ma||~zero th||~zero vo||~zero wi;;
violated~&&~assumpt||~conserv||~criteri||~invaria||~neutral||~symmetr;;~extent > half;;
changed too&&~box dim||~box siz||~box vec||~cell di||~cell si||~cell ve;;
~density limit||~pressure limi||~temperature l||~viscosity lim&&~aborted||~stopped;;发散;;
模型||网格&&太差||扭曲||畸变||过差;;步长过小;;步长太小;;为负&&体积||余额||密度||结果||质量;;~mxstep~&&~steps~;;
~error test fa||~test failed r;;~noconvergence;;exceeded~&&cycles||evaluati||iteratio||refineme||steps||sweeps;;
~residual&&inf;;~minimum time&&step reached;;~could not unt;;~scf cycles re;;~connect;;~server;;~retries~||~retry~;;
nan~&&~calc_dt||~cfl||~chi2||~courant||~dt||~energy||~norm||~r (abs)||~residua||~rms||~time st||~timeste;;
failed_to_conv;;convergence&& to meet ;;stagnated&&~iteration||~solver;;cannot find ac;;
allowed||minimum&&less than ||smaller than ;;below dt||less than or e||reached dt||under dt&&min;;step failed, d;;
many lost part||of lost partic;;~particle&& got lost~;;elevation.gt;;run killed : e||run killed: en;;
divergence det;;solution diver||solution has d||solution is di;;
calculat||residual||scheme ||simulati||solver &&blew up||blown up||diverged||divergin||unstable;;~diverged~;;
diverged_;;ksp_diverged;;continuity err;;maximum number;;error: numeric;;~blows up~;;
 failed~&&cgb||cge||cgg||che||cpo||cpp||cst||csy||dgb||dge||dgg||dhe||dpo||dpp||dst||dsy||sgb||sge||sgg||she||spo||spp||sst||ssy||zgb||zge||zgg||zhe||zpo||zpp||zst||zsy;;
one or more of;;nan detected||nan encountere||nan found||nan in;;floating point&&divide||invalid||overflow;;
attempts made ;;time increment;;analysis has n||analysis not b||analysis not c;;excessively di;;
negative jacob||negative volum;;out-of-range f||out-of-range n||out-of-range v;;elf+||mat+||sol+&&);;zero pivot;;
numerical sing;;singular matri;;matrix is not ||matrix is sing||matrix not pos||matrix singula;;
element ||elements &&turned inside ;;highly distort;;~n't bee||~n't con||~n't rea||~not bee||~not con||~not rea;;
not converged;;convergence er||convergence fa||convergence no||convergence pr;;failed to conv;;
 find &&equilibrium~||minimum~||root~||solution~;;no convergence;;exceeded||points exceed&&cfl;;
exceeded||too large||violated&&~cfl~;;mass imbalance||mass increase&&exceed||terminat;;
time step is t||time step too ;;~step&& at 0~|| at zero|| to 0~|| to zero|| underfl;;cfl number||courant nu;;
non-positive v;;negative cell ||negative volum;; negative&&volume;;update-dynamic;;unable to conv;;did not conver;;
 converge&&does;;linear solver ;;computationall||exactly singul;;excessive dist||excessive pivo;;ratio of defor;;
too many itera;;maximum pivot;;flerchinger us;;negative||non-phys||nonphysi||unphysic;;
incremen||iteratio||step lim||step max||steps li||steps ma;;~nan and ||~nan or ||~nans and ||~nans or &&inf;;
contain ||contains &&nan~||nans~;;
nan chec||nan dete||nan enco||nan foun||nan in ||nan valu||nans che||nans det||nans enc||nans fou||nans in ||nans val;;
~nan detected~;; balance|| budget || budgete|| conserv&&~carbon||~energy||~mass||~snow||~soil||~surface||~water;;
balancecheck: ;;crash in surfa;;~blew||~blow||~blowing||~blown&&up~;;huge, unreliab;;negative eigen;;bad state~;;
truncation err;;velocity is la;;error in soil ;;post-condition;;
~negative &&concentr||depth~||layer~||mass~||mixing r||thicknes||water co;;
 is too || too big|| too lar|| too lon&&dt||step||time;;terminat&& due to mass;;
run killed: ||run stopped: &&error||limit;;foam fatal err;; expected&&missing output;;missingoutpute;;
 was specified|| were specifie&&input channel;;no such variab;;script compila;;ambiguous rule||ambiguousrule;;
cyclic depende;;~required work;;missing proces;;no such proper;;unknown channe||unknown proces||unknown workfl;;
workflowerror:&&function||rule||wildcard;;[w::bam_hdr_re;;[main_samview];;exception&&htsjdk.;;samformatexcep;;
exception&&~picard.;;a user error h;;exiting becaus;;blast database||blast engine e||blast query er;;
no alias or in;;differ||do not match||mismatch||quality values&&read fil||read nam||reads fi||reads na;;truncated ;;
eof marker is ;;contig ||contigs &&incompatible||mismatch||not found;;
reference &&does not exist||missing||not found;;not in gz;;unexpected end||unexpected eof;;invalid compre;;
bad zip file||bad zipfile;;crc check ||crc error||crc failed||crc mismat;;compressed fil;;
truncated arch||truncated file||truncated gzip||truncated inpu;;
file corrupt||file is corrup||file is trunca||file truncated;;corrupt ||corrupte;;failed finding;; parser error ;;
pytorchstreamr;;pickle data wa;;invalid load k;;invalid magic ;;bad magic;;magic bytes no;;headertoolarge;;
invalidheaderd;;metadataincomp;;file signature;;
 does not matc|| failed|| mismatch|| verification &&~checksu||~hash||~md5||~sha1||~sha256||~size;;checksum;;
netcdf: not a ||netcdf: unknow;;
not a ba||not a fa||not a gr||not a gz||not a hd||not a ne||not a np||not a pa||not a ta||not a va||not a vc||not a zi;;
illegal ||invalid ||malformed ||unexpected &&characte||csv||data||fastq||format||header||input||json||line||record||row||xml;;
could not deco||could not dese||could not pars;;parse error||parse exceptio;;parsing error||parsing failed;;
~unpars&&able ;;error parsing ||error tokenizi;;unclosed token;;not well-forme;;mismatched tag;;is not a known;;
can't de||can't id||can't pa||cannot d||cannot i||cannot p;;ran out of inp;;premature end ;;
bad data ||bad integer ||bad real ||bad value ;;数据||文件&&不完整||损坏||格式不正确||格式错误;;
解析失败||解析异常||解析错误;;格式不正确||格式错误;;
校验不一致||校验和不一致||校验和失败||校验和错误||校验失败||校验错误;;decodingexcept;;malformedinput;;
malformed reco;;can not read v||cannot read va;;while decompre;;incorrect head;;error reading ;;not enough dat;;
invalid block||invalid stored;;invalid distan;;~netcdf error~;; error|| failed&&~nf90_||~nf9_;;hdf5-diag: err;;
does not look ;;cannot find&&unzip:;; not found in &&key ;;database disk ;;~timestamp fie;;disk image is ;;
~bsonobj size~;;~netcdf:;;稍候||稍后;;dns解析||域名解析;;~too many erro;;~encountered t;;~stl_load_erro;;
~maximum error||~maximum numbe;;~cannot fetch ;;
exceed||more than||over||threshold&&~bad lin||~bad rec||~bad row||~dirty l||~dirty r||~invalid||~malform||~rejecte;;
~more than ||~over && bad lin|| bad rec|| bad row|| dirty l|| dirty r|| invalid|| malform|| rejecte;;
rejected~&&~line||~record||~row;;~already have && errors out of;;~data_quality_||~etl_quality_u;;segment reject;;
~tolerance exc;;~too many filt;;~no partition ;;~not enough hi;;~cannot time t;;~truncation oc;;
大于||超出||超过||达到||过多&&坏数据||坏行||坏记录||异常数据||异常行||异常记录||脏数据||脏行||脏记录||错误数据||错误行||错误记录;;
~caused by: &&~broken pipe||~connection ||~read timed ;;
rejected~&&~0 line||~0 recor||~0 row||~no line||~no reco||~no row||~zero li||~zero re||~zero ro;;
~bad lin||~bad rec||~bad row||~dirty l||~dirty r||~invalid||~malform||~rejecte&&0~;;
不大于||不超出||不超过||不达到||未大于||未超出||未超过||未达到||没有大于||没有超出||没有超过||没有达到;;
~netcdf: hdf e;;~logstor||~nosuchb||~nosuche||~nosuchk||~nosuchu||~nosuchv||~project;;the specified ;;
client error||not found&&~404~;;not found for ;;
code||d failed||error||failed w||http||l failed||status||t failed||失败||接口返回||码&&404~||410~;;
feignexception||httpclienterro;;is not a local;;local folder a;;entrynotfounde;;repositorynotf;;does not appea;;
offline mode i;;~hfvalidatione;;
bad requ||client e||conflict||method n||too larg||unproces&&~400~||~405~||~409~||~413~||~415~||~422~;;
code||error=||http||requeste||status||响应码||状态码&&400~||404~||405~||413~||415~||422~;;
already||argument||found||precondi||range||unimplem&&code = ||statuscode.;;
~entitynotfo||~itemnotfoun||~objectnotfo||~resourcenot;;~page not foun;;t find the spe&&can;;
config||feature ||image pr||model||tokenize&&t load ;;~sdk.endpoin||~sdk.invalid||~sdk.missing||~sdk.notsupp;;
no such file o;;: directory no||: no such file||: nonexistent ||: redir error~;;[errno 1||[errno 2||[errno 3;;
~enoent~;;filenotfounder||filenotfoundex;;nosuchfileexce;;not a director;;is a directory;;isadirectoryer;;
notadirectorye;;fileexistserro;;file exists~;;file name too ;;
~checkpo||~dataset||~directo||~file~||~folder~||~geometr||~mesh~||~namelis||~path~||_checkpo||_dataset||_directo||_file~||_folder~||_geometr||_mesh~||_namelis||_path~&& can not|| cannot || could n|| couldn'|| does no|| doesn't|| not fou|| not pre;;
 access|| find|| load|| locate|| open|| read|| stat&&dataset||director||file||namelist||path;;
fortran runtim&& does not exis||cannot open||no such;;path does not ;;executable doe;;
not accessible||not available||not reachable&&~directo||~drive||~file||~folder||~share;;
does not exist&&file ||input ||path ;;~does not exis&& ;;no data file||no data path||no input fil||no input pat;;
 exists~&&~no file ;;missing ;;fio-f-209;;~error on open;;cannot open fi||cannot open in||cannot open sc;;
没有那个文件或目录;;そのようなファイル;;그런 파일이나;;Нет такого фай;;file o directo;;~aucun fichier;;
~no existe el ;;arquivo ou dir||datei oder ver;;找不到指定的文件||找不到文件||找不到路径;;
文件不存在||文件或目录不存在;;路径不存在;;目录不存在;;系统找不到指定的文件||系统找不到指定的路径;;不是目录;;
是一个目录;;文件已存在;;~errno&&17~||2~||20~||21~||36~||39~;; open &&can||could not||failed to||unable to;;
cannot f||no bound||no forci||no initi||no resta&&~abort||~error||~fatal;;does not exist||doesn't exist;;
binaries||binary||compiler||database||executab||interpre&&available~||found~;;~executable &&found~||located~;;
~not found in&& ;;~missinginpute;;missing input ;;
no such&&etry cou||gateway||imed out||navail||ndpoint ||nreach||onnect t||onnectio||roken pi||stale;;
~connection ti||~operation tim||~read timed ou;;resource busy~||resource tempo;;~another proce;;~on the hub~;;
~not found aft&& s;;file&&end;;unexpected eof;;~eof encounter||~eof error||~eof reached;;read past end;;
end of input||end of record;;list-directed;;fio-f-217||fio-f-231;;error during r||error in read||error while re;;
~ssl~;;~tls~;;remote~||server~&&~by ||~from ;;shuffle;;packets.go;;orte_error;;~http~&& 5;;
http&&~get ||~patch ||~post ||~put ;;~importerror~||~modulenotfoun;;~no module nam;;distributionno;;packagenotfoun;;
has no attribu;; size changed&&numpy.;;binary incompa;;compiled using;;_array_api not;;
requires &&numpy||protobuf||python||torch||transfor;;can't find '__;;abi version ||api version && but this vers;;
~contextualver||~versionconfli;;
~attribu||~indenta||~nameerr||~notimpl||~picklin||~recursi||~syntaxe||~taberro||~typeerr||~unbound||~unpickl;;
maximum recurs;;can't pickle;;cannot pickle;;object is not ;;object has no ;;got an unexpec;;
' referenced~&&~local variabl;;~unhashable ty;;not all argume;;pop from an em||pop from empty;;
 required keyw|| required posi&&missing ;;
connecti||connectt||gaierror||httperro||maxretry||readtime&&direct cause o||handling of th;;
typeerror: fai||typeerror: fet;;~state_dict fo&&: missing||: size||: unexp;;error(s) in lo;;size mismatch ;;
shapes cannot ;;on the same de;;expected all t;;must match the;;expected scala;;mat1 and mat2;;
expected input&& to have;;one of the var;;element 0 of t;;trying to back;;expected more ;; is invalid fo&&shape ;;
incompatible s;;dimension ||dimensions &&mismatch||must be equal||must match||out of range;;could not broa;;
not aligned: ;;
gradient||loss||output||value&& : inf~|| : nan~|| = inf~|| = nan~|| are inf|| are nan|| became || contain|| is inf~|| is nan~;;
returned nan v;;nan detected||nan encountere||nan loss||nan or inf;;loss scale alr;;loss_scaler.py&&, in update_sc;;
found inf||found nan;;non-finite||nonfinite ;;input contains;;nan or inf fou;;in backward pa;;
~concretizatio||~tracerarrayco||~tracerboolcon||~unexpectedtra;;assert &&ok||status;;
~arithme||~floatin||~indexer||~indexin||~keyerro||~keyinva||~lookupe||~lookupi||~overflo||~unicode||~valueer||~valuein||~zerodiv;;
error~||invalid~&&arrow||assertio||cast||converge||eof||jsondeco||linalg||parser||schema||stopiter||validati;;
~stopiteration;;~emptydataerro;;~settingwithco;;出错||失败||异常||报错||错误&&'~;;~intcastingnan;;~outofboundsda;;
~binasci||~copy.er||~csv.err||~re.erro||~struct.||~zlib.er;;operation~&&~decimal.;;ufunc&&error~;;
~torch._dynamo||~torch._induct;;eoferror: &&connection||peer||socket||transport;;~slow node~;;
~other ranks &&are not~||aren't~||did not~||didn't~||has not~||hasn't~||have not||haven't~||were not||weren't~;;
~buffererror~||~referenceerro||~runtimeerror~||~systemerror~;;~click.excepti;;wildcard||workflow&&error~;;
exception~&&childio||cyclicgr||improper||inputfun||protecte||rule||unexpect;;
~ambiguo||~checksu||~creater||~missing||~unknown;;
runtimeerror: &&~store~||barrier||c10d||collecti||gloo||hccl||horovod||nccl||process ||processg||rendezvo;;
runtimeerror: &&~peer~||broken p||connect||download||killed||socket||terminat||timed ou||timeout||unreacha||worker;;
runtimeerror: &&~acl~||~cublas~||~cuda~||~cudnn~||~hip~||~npu~;;cancel jobs wi;;~job not submi;;
runtimeerror: &&exit cod||exit sta||exited w||return||zero;;~no answer~||~no reply~||~no response~;;
n't answer||n't respond||not answer||not respond;;giving up afte;;~serveur~||~servidor~;;failed after ;;~respondi;;
gateway~||server~||service~||upstream~;;~server ||~service ;;download;;
 failed&&~child~||~job~||~subprocess~||~task~;;~abstrac||~classno||~noclass||~nosuchf||~nosuchm||~unsuppo;;
~classfo||~inacces||~incompa||~linkage||~nosuchm||~verifye;;d or load main;;compiled by a ;;no main manife;;
invalid or cor;;unrecognized o||unrecognized v;;invalid initia||invalid maximu;;java_home envi||java_home is n;;
找不到或无法加载主类;;找到jobhan||找到任务处理器||找到处理器||注册jobhan||注册任务处理器||注册处理器;;
retrieve job b;;class not foun;;failed to load;;beandefinition||beannotofrequi||nosuchbeandefi||nouniquebeande;;
beancurrentlyi||configurationp||invalidconfigu;;failed to conf;;application fa;;no qualifying ;;invalid bound ;;
required a bea;;failed to bind||failed to load;;~bindingexcept;;job instantiat;;~applicationco;;no provider av;;
forbid consume;;~rpcexception;;remotingexcept;;failed||timeout&&dubbo;;failed to invo;;retryableexcep;;
load balancer ;;no instances a;;no servers ava;;nacosexception;;client not con;;
nacos&&fail||not connected||unavailable;;eureka&&cannot execute||fail||unavailable;;hystrixruntime;;callnotpermitt;;
degradeexcepti;;~rejectedexecu;;thread pool ||threadpool e||threadpool f||threadpool i;;taskrejectedex;;
connection poo;;pool exhausted||pool is exhaus;;fatal error ha;;detected by th;;hs_err_pid||problematic fr;;
~sigbus~;;exception~&&~java.net.||~java.nio.chan;;
exception~&&connect||httphost||nohttpre||prematur||readtime||socketti;;
~clienta||~closedc||~resourc||~socketc||~stackle||~unresol;;
~eofexception:&&bytes ex||connecti||end of ||read res||socket||ssl peer||unexpect;;earlyeof;;~ioexception: ;;
tolerance exce;;connect.errors&&exiting||failed to conv||failed to find||tolerance;;
~arithme||~arrayin||~classca||~illegal||~indexou||~nullpoi||~numberf||~stringi;;
~arrayst||~concurr||~eofexce||~inputmi||~negativ||~nosuche||~notseri||~unsuppo;;
~datetim||~invalid||~jsonexc||~jsonmap||~jsonpar||~jsonpro||~mismatc||~parseex||~parsere||~saxpars||~unrecog;;
~cloneno||~invalid||~malform||~uncateg||~urisynt||~validat;;~assertionerro||~exceptioninin||~stackoverflow;;
空指针异;;数组越界;;下标越界;;类型转换异常||类型转换错误;;
illegalstateex&&~pool~||closed||shut dow||shutdown||stopped;;
~caused by: &&~broken ||~connect||~i/o err||~not rec||~read ti||~safe mo;;statusruntimee;;httpservererro;;
longjmp causes;; terminated~&&***: ;;double free or;;free(): double||free(): invali;;
corrupted doub||corrupted size||corrupted unso;;stack smashing;;buffer overflo;;munmap_chunk();;
malloc(): corr||malloc(): inva||malloc(): memo||malloc(): unal;;malloc_consoli;;realloc(): inv;;addresssanitiz;;
heap-buffer-ov;;pure virtual f||pure virtual m;;size vs. prev_;;segmentation f||segmentation v;;~sigsegv~;;
signal 11~||signal: 11~;;signal number ;;exit code: 11~;;exit&&code||status;;exitcode : -11||exitcode: -11~;;
~through signa;;~exit co||~exit st||~exit va||~exited ||~return && -11~|| 139~;;exception code;;~segfault~;;
access violati;;invalid memory;;invalid permis;;address not ma;;stack overflow;;killed by sign;;段错误;;段故障;;
非法访问内存;;~panic: runtim;;due to sigsegv;;this could be ;;point exceptio&&floating;;~sigfpe~;;
signal 8~||signal: 8~;;forrtl: error ||forrtl: severe;;
~exit co||~exit st||~exit va||~exited ||~return && -8~|| 136~;;浮点例外||浮点数例外;;浮点异常;;除零错误;;
illegal &&instruction||operand;;~sigill~;;~trap invalid ;;signal 4~||signal: 4~;;
err code||exitcode||return value&&: -4~;;非法指令;;~bus error~;;signal 7~||signal: 7~;;总线错误;;
above upper bo||below lower bo&&index ||subscript ;;subscript &&out of range;;
allocatable ar&&already alloca||not allocated;;attempting to ;;~assertion && failed;;assertion&&failed;;
check failed: ;;assert failure||assert violati||assertion fail||assertion viol;;all goroutines;;cannot read pr;;
referenceerror;;c stack usage &&too close to t;;infinite recur;; parameter num&&~on entry to ;;~was incorrect;;
panic: ;;panicked at ;;uncaught excep||uncaught refer||uncaught typee;;
unhandled exce||unhandled prom||unhandled reje;;connection&&error;;trying to conn;;~dns error;;lookup address;;
~bad connectio;;~timedout~;;brokenpipe;;connectionabor||connectionclos||connectionrefu||connectionrese;;
connect||disconne||heartbea||network||peer||reconnec||socket||time out||timed ou||timeout||unavaila;;
was unable to ;;path and ld_li;;~broken ||~handle~||~retries||~retryin||~unknown||~unreach||~unrespo;;
took too long;;too long to an||too long to la||too long to re||too long to st;;
~but was||~got||~receive||~respons||~returne||~status&&50;;rejection id;;terminate call;;
throwing an in&&c10||gloo||mpi||nccl||std::run||std::sys||thrust||ucx;;
connection||network||transport&&aborted||closed||error||refused||reset||timed ou;;unable to canc;;
at the u||at user ||at user'||by the u||by user ||by user'||on the u||on user ||on user'||upon the||upon use;;
on user abort;;aborted||cancel||interrup||stopped||terminat&&user;;canceled~||cancelled~&&~user;;~abort request;;
exited on sign;;用户中断||用户主动中断||用户主动停止||用户主动取消||用户主动终止||用户停止||用户取消||用户终止;;
被人工||被操作员||被用户||被管理员||被运维&&中止||停止||取消||杀死||终止;;
任务被人工手||任务被操作员手||任务被管理员手||任务被运维手||作业被人工手||作业被操作员手||作业被管理员手||作业被运维手||实例被人工手||实例被操作员手||实例被管理员手||实例被运维手;;
手动中止||手动停止||手动取消||手动杀死||手动终止||手动结束&&任务||作业||实例||流程;;
任务||作业||实例&&kill||停止||取消||终止||结束;;~via condor_ho||~via condor_rm;;sending ctrl-c;;press ctrl-c a;;
~keyboardinter&&by user;;許可がありません;;許可されていない操作;;허가 거부;;명령을 허용하지 않;;Отказано в дос;;
Операция не по||Операция не ра;;keine berechti;;die operation ;;permission non;;opération non ;;permiso denega;;
operación no p;;permissão neg;;operação não p;;permesso negat;;operazione non;;ディスク使用量制限を超過;;
디스크 할당량이 초과;;Превышена диск;;der zugewiesen;;débordement du;;excedido la cu;;
cota da disco ||cota de disco ;;quota disco su;;メモリを確保できません;;メモリ&&不足;;메모리를 할당할 수 없;;
메모리&& 부족;;Невозможно выд;;nicht genügend;;ne peut alloue;;allouer &&la mémoire;;pudo asignar m;;
possível aloca;;impossibile al;;入力/出力エラー;;遠隔i/oエラー;;입력/출력 오류;;끊어진 파일 핸들;;
Ошибка &&ввода/выв;;Устаревший дес;;eingabe-/ausga;;ein-/ausgabefe;;veraltete date;;entrée/sortie&&erreur d;;
accès au fichi&&panne d;;identificateur;;error de entra;;de fichero en ;;erro de entrad;;errore di inpu;;
読み込み専用ファ;;읽기전용 파일;;система доступ&&ля чт;;dateisystem is;;accessible en ;;
archivos de s||ficheros de s&&lo lectura;;arquivos somen;;system in sola;;ファイルを開きすぎ;;引数リストが長すぎ;;
열린 파일이 너무 많;;Слишком много ;;Слишком длинны&&г;;zu viele offen;;argumentliste ;;trop de fichie;;
arguments trop&&liste d;;demasiados arc||demasiados fic;;muitos arquivo;;lista de argum;;troppi file ap;;
no disponible ||ressource ist ||temporairement||Ресурс временн&&fork: ;;
セグメンテーションフォ||セグメンテーション違反;;세그먼테이션 오류||세그멘테이션 오류;;バスエラー;;
Ошибка сегмент||Ошибка шины;;speicherzugrif;;adressierungsf;;erreur de segm;;violación de s;;falha de segme;;
errore di segm;;erreur du bus;;error del bus;;erro no barram;;errore di bus;;bus-zugriffsfe;;
`core||imagem d||speicher||образ па||コアダンプ||코어 덤프됨&&(;;コマンドが見つかりませ;;構文エラー;;
誤ったインタプリタ;;実行形式エラー;;명령어를 찾을 수 없;;문법 오류;;exec 형식 오류;;kommando nicht;;befehl nicht g;;
syntaxfehler;;defekter inter;;format der pro;;commande intro;;erreur de synt;;mauvais interp;;de format pour;;
variable sans ;;orden no encon;;error sintácti;;intérprete err;;formato de eje;;variable sin a;;
comando non tr||comando não en;;erro de sintax;;errore di sint;;erro no format;;eseguibile non;;команда не най;;
синтаксическая;;неверный интер;;Ошибка формата;;
~abort||error||exception||fatal&&~cannot ||~expecte||~has to ||~must be||~must co||~must ha||~must no||~must sp||~require||~should ;;
~abort||error||exception||fatal&&~are not||~can not||~can't b||~is not ;;
~illegal||~invalid||~undefin||~unrecog||~unsuppo&&~abort||error||exception||fatal;;
~duplicate||~incompatible||~inconsistent||~mismatch&&~abort||error||exception||fatal;;
~abort||error||exception||fatal&&~bad arg||~bad dat||~bad for||~bad ind||~bad inp||~bad lin||~bad num||~bad par||~bad val||~incorre||~malform||~singula||~wrong~;;
~abort||error||exception||fatal&&~not all||~not ass||~not com||~not def||~not imp||~not ini||~not per||~not rec||~not spe||~not sup||~not val;;
~abort||error||exception||fatal&&~already e||~does not ||~out of bo||~out of ra;;
~abort||error||exception||fatal&&~infinit||~nan~||~overflo||~too big||~too few||~too lar||~too lon||~too man||~too sho||~too sma||~underfl;;
~unknown&&~abort||error||exception||fatal;;
失败||异常||错误&&不匹配||不合法||不支持||不能为空||必须||无效||未定义||超出范围||重复||非法;;
duplicat||illegal||incorrec||invalid||mismatch||undefine||unrecogn||unsuppor&& ;;
: illega||: incorr||: invali||: undefi||: unreco||: unsupp&&characte||format~||keyword~||name~||option~||paramete||type~||value~;;
: illega||: incorr||: invali||: undefi||: unreco||: unsupp&&argument||attribut||field~||index~||input~||path~||size~||syntax~;;
cannot f||could no||missing ||no such ||reuse of||unknown &&command~||element~||field~||format~||keyword~||model~||name~||option~||type~||variable;;
cannot f||could no||missing ||no such ||reuse of||unknown &&class~||key~||method~||paramete||unit~||value~;;
cannot f||could no||missing ||no such ||reuse of||unknown &&argument||column~||entry~||id~||section~||setting~||species~;;
exception~&&biz||business||convert||custom||illegal||invalid||notfound||param||unsuppor||util||validat;;
~are imp||~are inc||~are not||~is impo||~is inco||~is not ;;
is unrecognise||is unrecognize||not recognised||not recognized;;
不一致||不匹配||不存在||不完整||信息错误||已存在||未查询到||查询不到||格式不对;;
: bad addres||: bad file d||: illegal se||: numerical ;;: invalid argu||: value too la;;
please c||please i||please r||you must;;不能为空;;不合法;;校验不通过||校验失败;;不支持;;
业务处理失败||业务异常||业务错误;;余额不足;;重复提交;;
分母不能为0||分母不能为零||分母为0||分母为零||除数不能为0||除数不能为零||除数为0||除数为零;;
未找到匹配数据||未找到匹配模块||未找到匹配的数据||未找到匹配的模块||未找到匹配的记录||未找到匹配的配置||未找到匹配记录||未找到匹配配置||未找到对应数据||未找到对应模块||未找到对应的数据||未找到对应的模块||未找到对应的记录||未找到对应的配置||未找到对应记录||未找到对应配置||未找到指定数据||未找到指定模块||未找到指定的数据||未找到指定的模块||未找到指定的记录||未找到指定的配置||未找到指定记录||未找到指定配置||未找到数据||未找到模块||未找到的数据||未找到的模块||未找到的记录||未找到的配置||未找到记录||未找到配置;;
找不到对应数据||找不到对应模块||找不到对应的数据||找不到对应的模块||找不到对应的记录||找不到对应的配置||找不到对应记录||找不到对应配置||找不到指定数据||找不到指定模块||找不到指定的数据||找不到指定的模块||找不到指定的记录||找不到指定的配置||找不到指定记录||找不到指定配置;;
找不到&&中的;;~bounds ||~limit h||~limit i||~limit w||~maximum||~range h||~range i||~range w||~toleran;;
~exceed&&allowed~||array~||availabl||maximum~||toleranc;;
~are too ||~is too ||~was too ||~were too &&big~||close~||coarse~||few~||high~||large~||long~||low~||many~||short~||small~;;
constrained&&over;;_max reached;;~please ;;
无法匹配||无法收敛||无法求解||无法解析||无法识别||无法转换||无法达到||未能匹配||未能收敛||未能求解||未能解析||未能识别||未能转换||未能达到;;
illegal||incorrec||invalid||missing||unsuppor&&code;;
格式化出错||格式化失败||格式化异常||格式化错误||解析出错||解析失败||解析异常||解析错误||计算出错||计算失败||计算异常||计算错误||转换出错||转换失败||转换异常||转换错误;;
不是数字;;不是有效的;;不是合法的;;不允许;;不满足;;未通过;;不收敛||未收敛;;超出&&范围;;
为空||是空&&内容||列表||参数||字段||数据||文件||目录||结果||记录||路径;;~null value ;;~too few||~too man;;
integer arg||numeric arg&&~non;; have a heartb||a rank was los||no heartbeat f||no output for;;what():&& ;;
attach||concurr||coordina||recover||replica||shard;;~pipe~;;~eof~;;~reset;;refused;;closed;;is down~;;session;;
~ssl||~tls;;~etag~;;resolv;;~dns~;;~rpc~;;http;;fetch;;upload;;transfer;;communicat;;watchdog;;redirect;;protocol;;
~api~;;channel;;~serial~;;~port~;;listen;;subscri;;~kill;;signal;;interrupt;;cancel;;~exited~;;
exit code||exit status||exit value||exit with;;exitcode;;~code ;;return&& ;;zero&&non;;~status~;;ld_preload;;
: ignored;;ignoring;;~traceback;;backtrace;;unexpected;;internal;;incident;;~pbs;;~mom~;;launch;;schedul;;dispatch;;
allocat;;resource;;quota;;queue;;~lock;;~pool;;slots;;partition;;stale;;sync;;storage;;spool;;expired;;
hccl||nccl||rccl;;~npu;;gloo~;;~collective~;;~mpi~;;pmix;;~orte||~porte;;prte;;~ucx~;;~ofi~;;fabric;;hardware;;
firmware;;cgroup;;prolog;;epilog;;maintenance;;snapshot;;suspend;;revoked;;~spot~;;bandwidth;;~driver ;;
agent||camera||controll||engine||environm||instance||ownershi||platform||provider||robot||sensor||system||vendor;;
error: ||exception: &&api||backend||client||invocati||io||job||os||persiste||process||remote||sql||system||task||timeout||transact||workflow;;
quartz;;powerjob;;~xxl;;tasktracker;;kafka;;dubbo;;nacos;;rocketmq;;~akka~;;netty;;hikari;;~druid~;;~yarn~;;hadoop;;
hdfs;;~spark~;;flink;;celery;;airflow;;dolphin;;redis;;mysql;;postgres;;jdbc;;mongo;;xrootd;;cvmfs;;系统;;内部;;
未知;;服务;;执行器;;调度;;触发;;资源;;锁;;中断;;终止;;机器;;远程;;接口;;
aborted||crashed||failed||not succ||unsucces&&~build||~command||~job||~pipelin||~process||~run||~script||~stage||~step||~task||~workflo;;
~action||~executi||~functio||~operati||~program||~query||~request&&aborted||crashed||failed||not succ||unsucces;;
something get ||something goes||something is w||something went;;unknown reason;;~exit string: ;;
~read exit cod||~read exit sta;;one of your ap;;typically refe;;
see &&above||below||file||log||output||root cau||stack||trace;;~log&& at~|| for~;;details~;;
~calling||~error i||~executi||~launchi||~running||~startin||~submitt&&command~||job~||process~||rule~||sql~||stage~||step~||task~||workflow;;
~failed;;~aborted;;~error occu&&ed;;~caught~;;exiting~;;~handler~;;~failed! =>;;
start&&able ||fail ||failed ||n't ||not ;;failed, &&ing~;;
acquir||allocat||bind||commit||creat||execut||fork||get||launch||obtain||receiv||run||sav||send||sent||spawn||submit||sync||updat||writ&&able||fail||n't||not;;
active~||alive~||clos||complet||delet||finish||flush||lock||online||reach||register||remov||wait&&able||fail||n't||not;;
创建||启用||填写||定义||开通||指定||注册||绑定||维护||设置||配置&&未||没有;;~mutually excl;;~values confli;;
~conflicting;;unknown &&directive~||group~||identifier~||statement~;;
~cannot be c||~cannot be g||~cannot be s||~cannot be u&&with;;you have to~||you need to~;;
~you have ||~you must ||~you need ;;please g||please i||please p||please s;;
please c||please d||please e||please p||please s;;
~cores~||~process||~procs~||~ranks~&& does not divi|| multiple of~|| not divisible;;
 cores~|| processes~|| processors~|| ranks~&&~decompo||~made by||~made fo||~made on||~made wi||~written;;
~domain decomp&&~cannot~||~impossi||~not pos||~smaller||~too few||~too sma;;
effects
post job file ;;unable to copy&& to~;;>>> error from;;
~salloc: error||~salloc: fatal||~sbatch: error||~sbatch: fatal;;~bsub:||~condor_||~msub:||~qrsh:||~qsub:&& ;;
~request abort;; section: &&~error in ;;
~cannot ||invalid||more ran||satisfia||unknown||unrecogn&&flux||jsrun||mpiexec_mpt||prun;;contact;;
time-out||timeout;;busy;;munge;;credential;;i/o error;;zero bytes;;unexpected mes;;not ready;;controller;;plugin;;
resolve;;end of file;;cannot send;;waiting for;;has been;;is starting;;queued;;server;;again;;
licence||license&&can||could not||failed to||unable to;;licence||license&&denied||error||failed||failure||problem;;
unexpected lic;;licence lost||licence was lo||license lost||license was lo;;
许可失败||许可检查失败||许可证失败||许可证检查失败||许可证错误||许可证验证失败||许可错误||许可验证失败;;
licence ||license ;;valid licence ||valid license ;;~code=dumped, ||~code=killed, ;;start request ;;~start-limit-h;;
~service start;;error &&: *** ;;did not comple;;~build failed~||~build failure;;execution fail;;
failed to exec&&compil||plugin||test;;~elifecycle~&&~error ||~npm err! ||~npm error ;;elifecycle&&command failed;;
error 1&&*** ;;successfully: ;;~timed out;;connection&&aborted||closed||error||refused||reset;;
~runtime.exite||~runtime.unkno||~runtime.userc;;~function.resp;;~exited unexpe;;job failed (sy;;~runner has re;;
~runner lost c;;~lost communic;;~agent went of;;errimagepull;;imagepullbacko;;back-off pulli;;crashloopbacko;;
back-off resta;;backofflimitex;;reached the sp;;remoting error&&xxl-job||xxl-rpc||xxljob||xxlrpc;;xxl-rpc, reque;;
xxlrpcexceptio;;xxl-rpc respon;;rpcresponse by;;network reques;;create root ta;;unknown bug;;middle job fai;;
dispatch ||dispatcher &&fail;;timeout||unreachable&&akka.;;asktimeoutexce;;下发失败||派发失败||触发失败||调度失败;;
连接执行器失败||连接执行器超时;;report finishe&&fail;;all failed, it;;worker[&&has been quara;;~type=external;;
page_transport||remote_;;~abandoned_que||~abandoned_tas||~too_many_requ;;
~cluster_out_o||~no_nodes_avai||~server_shutti||~server_starti;;
error co||error in||error wh||failed c||failed i||failed w||problem ||trouble ;;
~cloud_p||~communi||~dbfs_do||~instanc||~metasto||~spot_in;;
~container_lau||~driver_unreac||~driver_unresp||~spark_startup;;~control_plane||~self_bootstra;;spark driver h;;
failed to reac;;~driverstopped;; operation&&) when calling;;~database erro;;thrott;;unavailable;;
slow down||slowdown;;please retry||please try;;lost;;serializ;;too many;;gateway;;internal_error;;~odps-&&1~;;
~auth log-in~||~auth login~||~log-in~||~login~&&~run~;;account~&&~login-;;~not currently||~not logged in;;
~must be authe||~must be logge||~must be signe;;have an active;;~please log in||~please login~;;wandb;;anonymous;;
~ncclinternale||~ncclremoteerr||~ncclsystemerr||~ncclunhandled;;remote process;;
unhandled cuda||unhandled syst&&nccl ;;internal error&&nccl;;
error||fail||got comp||timed ou||unable&&net/ib~||net/ofi~||net/socket~;;
nccl warn &&call to ||connection||ibv_||socket;;waitforinitial;;~err02200~;;
hccl&&fail||time out||timeout||times out;;notify registe||notify time ou||notify times o||notify wait ti;;
gloo/&&connect||fail||no route||read err||readv er||timed ou||write er||writev e;;
timed out wait&&ms for recv op||ms for send op;;horovod&&internal error||internalerror||shut down||stall;;
horovodinterna;;horovodaborted;;hostsupdatedin;;processgroup||tensorpipe&&listener||peer||remote;;
~rendezvous&&error~||exit~;;~distnetworker||~diststoreerro;; seconds waiti&&timed out afte;;
timed out init||timed out wait;;tcpstore&&broken p||connecti||error||fail||timed ou||timeout;;
the client soc||the server soc&&connect||failed||listen||timed out;;store based ba&&timed out||timeout;;
failed to recv;; was unable to&&~orte||~prte;; daemon has un&&~orte||~prte;;check your pat;;
error||fail||unable&&hyd_||hydt_;;unable to laun||unable to run ;;bstrap_proxy;;
launcher error||launcher retur||process manage;;an internal er;;error&&orte||prte;;it looks like ;;~mpid&&init;;
mpi startup():&&error||fail||not;;failed||open&&ofi addr||ofi doma||ofi endp||ofi fabr||ofi get;;
~fi_getinfo~&&fail||no data;;can't||could no||no hardw||no hfi||unable&&psm;;assert (!close;;
exceeded&&infiniband ret||receive-no-rea||rnr retry coun||transport retr;;retry exceeded;;rnr nak retry||rnr retry;;
communication ;;intern||other||proc_fai||revoked||unreach&&~mpi_err_;;socket closed;;
process died ||process died, ||process failed;;~pmix_err_lo||~pmix_err_ti||~pmix_err_un||~pmix_error_;;
pmix error: &&connection||error in file||timeout||unreachable;;connection res;;: endpoint tim;;
remote access ||remote operati||remote peer er;;error~||fatal~&&~ucx;;failed||timeout||unreachable&&ucp_;;
local length e||local protecti||local qp opera;;unhandled time;;got completion;;
 error|| failed&&inject||recv||send;; error|| failed&&~fi_cq_;;closed||failed||refused||reset||timed ou&&btl_tcp;;
error||failed&&mca_btl_;;catas||completion wit||local&&mlx;;opal error: er||opal error: ti||opal error: un;;
fatal error in||fatal mpi erro||other error in||other mpi erro;;error||failed&&mpid;;
connection to && failed|| lost;;~ora-&&: ;;~pls-&&: ;;~sqlcode&&-;;, level 1&&~msg ;;~db::exception;;state&&sql;;
error&& (;; error: &&psql:||psqlexception:;;~line &&: ;;connectexcepti||connectionexce;;shutdown;;replica;;
read&&only;;aborted;;offline;;~later~;;~busy;;~unknown error;;error||signal&&~got ;;read error||write error;;
has exceeded;;executorlostfa;; client disass&&remote ;;fetchfailed;;missing an out;;shuffle&&failed to conn;;
lost executor;;return code && from org.apac;;executor &&exited;;container exit||container kill||container mark;;
bad gateway~||gateway time||service temp||service unav;;
internal serve||internalerror~||serviceunavail||temporarily un;;error||http||response||status||响应码||状态码&&50;;
~code&&50;;statuscode.abo||statuscode.dea||statuscode.int||statuscode.una;;
code = a||code = d||code = i||code = r||code = u;;upstream conne||upstream reque;;
server bus||server is ||server ove||server too;;couldn't conne;;服务不可用||服务异常||服务暂时不可用||服务繁忙;;
网关超时||网关错误;;服务器内部错误||服务器错误;;
not avai||not reac||not read||not resp||not runn&&~backend||~control||~daemon ||~master ||~peer ||~schedul||~server ||~service;;
(requesttimeou&&) when calling;;~baddigest~;;~content-md5 y;;~connect ||~connection &&failed||timed out||timeout;;
no buffer spac;;transport endp;;contentlength=&& with ;;socket c||socket e||socket h||socket t;;software cause;;
read timed out;;~errno&&101~||104~||110~||111~||113~||32~;;command ||operatio||request ;;timed out whil;;
tls handshake ;;~gnutls ||~ssl rea||~ssl rec||~ssl sen||~ssl wri||~tls rea||~tls rec||~tls sen||~tls wri;;
eof occurred i;;remote end hun;;early eof;;rpc failed;;curl: (1||curl: (2||curl: (3||curl: (5||curl: (7||curl: (9;;
rsync error;;connection une;;condahttperror;;http 000;;~end of file f;;transfer close||transfer faile;;
could not conn;;unable to conn;;dial tcp;;failed to fetc;;host is down;;peer has ||peer not ;;eof or 0 bytes;;
拒绝连接;;连接&&中断||关闭||失败||拒绝||断开||超时||重置||重设;;没有到主机的路由;;网络不可达;;
网络异常||网络超时||网络错误;;断开的管道;;执行超时||操作超时||请求超时||读取超时||调用超时;;远程主机强迫关闭;;
连接被对方||连接被对端;;forcibly close||transport-leve;;~localentrynot;;timeout before;;reading ssh pr;;
connection&&please check y;;~ssl connectio;;~lost connecti;;became unrespo;;did not answer||did not respon;;
~try again in ;;overloaded;;handshake&& failed|| timed out|| timeout;;~deadline exce;;non-properly t;;
~mirror is b||~mirror is c||~mirror is s||~replica is ;;节点&&失联;;输入输出错误;;请稍;;~exit&&12;;exitcode&&12;;
script exit va;;返回值||返回码||退出状态||退出码&&12;;~require&&~found||~got||~has||~have||~install||~is;;
~require&&release||version;;
~client~||~compile||~driver~||~glibc~||~kernel~||~library||~release||~version&& too new~|| too old~;;
 higher than~|| lower than~|| newer than~|| older than~&&~glibc~||~kernel~||~release~||~version~;;
~version~&&~do not ||~does no||~incompa||~not com||~require;;~incompatible &&~version~;;~incompatible && version;;
~unsupported &&version~;;~version && is not suppor;; from~&&~can't d||~can't u||~cannot ||~unable ;;~unsupported c;;
~please update||~please upgrad&& to~;;版本不兼容||版本不匹配||版本不支持||版本太低||版本太旧||版本过低||版本过高;;
~built b||~built w||~created||~made by||~made wi||~written&&decomp||grid||number||version;;~cuda;;~deprecat;;
 already || being || currently || still &&~can't~||~cannot~||~could not~;;
~already in pr||~currently in ||~still in prog&&abort||complete||finish||resume||stop;;
~was interrupt&&~manually~||~recover~||~repair~||~run~;;~needs recover||~needs repair~;;
~broken databa||~broken workin||~dirty databas||~dirty working;;
broken s||dirty st||failed s||inconsis||invalid ||unexpect||wrong st&&~in ;;
~earlier ||~previous && did not compl|| did not finis|| is incomplete|| is unfinished;;
~uncommitted ||~unmerged ||~unstaged ||~untracked ;;merge conflict;;~commit or sta;;~plan is stale;;
 --abort|| --repai|| --resum|| --unloc|| cleanup|| fsck~|| recover|| repair~|| unlock~&&~run~;;
~must be||~needs t||~should ;; because || unless || until || while &&~can not be ||~cannot be ;;~exclusive acc;;
another ||booting||cluster||covering||instance||shutting||starting;;
connect||later||refused||reset by||retry||timed ou||timeout||try agai||unavaila||unreacha;;
~device~||~executo||~gpu~||~leader~||~master~||~node~||~pod~||~rank~||~replica||~worker~;;~execution hal;;
~error in && :;;unavailab;;~http~;;~curl~;;~url~;;~processexited;; terminated~|| terminated.~&&~worker ;;
.cgi line ||.pl line ||.pm line ||.t line &&~at ;; line &&~at ;;~error&&.cpp:;;~esmc_||~esmci_||~esmf_&&.c:||.f90:;;
error occu&&ed in ccpp_;;terminated -ab||terminated abn;;~severe error~;;program will b;;~g4exception~;;
an error occur&&> of file;;an error occur;;driver_abort;;~wrf_abort~;;~fail at line=;;endrun called ;;
quitting due t;;error exit~;;current stack:;;~ddi process &&: error;; warning from&&level -;;
~abort: ||~aborted||~abortin||: abort:||: aborte||: aborti;;~abort called ;;~amrex::abort:||~amrex::error:;;
error detected;;foam aborting||foam exiting;;foam::error;;petsc error;;~abaqus error~;; exited with &&abaqus/;;
endrun;;shr_abort||shr_sys_abort;; error~&&~ice: ;;ansys&&aborted||error||terminat;;*** error ***;;~critical erro;;
mpas critical ;;terminated abn||terminated wit;;abnormal exit||abnormal termi||abnormally exi||abnormally ter;;
program aborte||program stoppe||program termin;;~stop ;;error stop;;fatal error;;***error;;~fatal from pe;;
abnormal end: ;;aborting the r;;serious proble;;model abor||model cras||model has ||model stop;; fatal error~;;
~ended abnorma||~exited abnorm||~finished abno;;leave_new: dec;;~--- !error;;~getfil: faile;; (abort): ;;
~abnorma||~error~||~failed~||~illegal||~missing||~wrong~&&stop ;;~exc&&(;;
~exit: && too big|| too large|| too small;;~called cmiabo;;~mfem abort: ;;, host &&(rank ;;
 process &&~error from ho;;~exit_flag:&& ;;~fatal error o;;~exit from nek;;~exited with e;;err||not_&&/rc= _rc_;;
~(abort_ice);;*** caught sta;;~image excepti;;~caught fatal ;;= exception th;;~code terminat;;~quit_pluto~;;
 terminating:~;;~finish called;;~...now exitin;;: fatal error.;;~prog aborted~;;~exiting......;;retries~&&~max;;
~retries excee;;~try again~||~try restartin;;~reason: &&~gni_||~node~||connect||socket;;
aborted with s||before mpi_fin||caught signal ;;finished abnor&&: -15~||: -9~;;
died with sign&&bowtie||bwa||hisat2||kallisto||minimap2||salmon||star;;
exited with co||exited with st||exited with va&&bowtie||bwa||hisat2||kallisto||minimap2||salmon||star;;
dataloader wor&&exited unexpec||is killed by s;;brokenprocessp;;process in the;;terminatedwork;;worker process;;
~actordiederro||~nodediederror||~rayactorerror||~workercrashed;;
~localrayletdi||~objectlosterr||~ownerdiederro||~raysystemerro;;the actor died;;raylet&&dead||died;;
failed||unavailable||unreachable&&ray;;~commclosederr||~futurecancell||~killedworker~||~workerlosterr;;
enginedeaderro;;nanny&&died||killed;;worker exited ;;~calledprocess;;actor is dead ;;owner's node h;;
~keyboardinter;;~beancreatione||~unsatisfiedde;;error creating||invocation of ;;unreachable;;~java.util.con;;
~asktimeoutexc||~asyncrequestt||~querytimeoute||~transactionti;;~java.lang.int;;接続を拒否;;接続がタイムアウト;;
接続が相手から;;ホストへの経路があり;;ネットワークに届きませ;;연결이 거부;;연결 시간&& 초과;;상대편이 연결을 끊;;
호스트로 갈 루트;;verbindungsauf;;wartezeit für ;;vom kommunikat;;keine route zu;;netzwerk ist n;;datenübergabe ;;
fehler bei der;;socket ist nic;;connexion refu;;expiration du &&att;;ré-initialisée;;aucun chemin d&&accès pour;;
réseau n&&est pas acc;;relais brisé;;temporaire dan;;conexión recha||conexión rehus||conexión reini;;
expiró el tiem;;ninguna ruta h;;red es inacces;;tubería rota;;conexão fechad||conexão recus;;tempo esgotado;;
há rota para o;;rede está fora;;pipe quebrado;;connessione in||connessione ri||connessione sc;;nessun instrad;;
rete non è rag;;pipe interrott;;В соединении о;;ожидания соеди;;Соединение раз;;Нет маршрута д;;Сеть недоступн;;
Обрыв канала;;abgebrochen (k;;processus arrê&& ;;~processus arr;;terminado (kil;;morto (killed);;
 exceeded~&&~time limit~;;
 exceeded~|| limit exceede|| limit reached|| reached~&&clock||cpu time||run time||time lim||wall;;
limit~&&~because||~beyond ||~due to ||~hit ||~over ||~past ||~reached;;
~aborted||~cancele||~cancell||~ended~||~killed~||~stopped||~termina&&~job~||~process||~program||~run~||~step~||~task~;;
~aborted||~cancele||~cancell||~ended~||~killed~||~stopped||~termina&&~time out~||~timed out~||~timedout~||~timeout~;;
时间超过||超时&&kill||强制结束||杀死||终止;;
can not ||can't fi||can't im||can't lo||cannot f||cannot i||cannot l||could no||couldn't||failed t||unable t;;
resolve &&can not ||can't ||cannot ||could no||couldn't||failed t||unable t;;
missing ||unrecognised ||unrecognized ||unsupported ;;
conflicting||contradictory||duplicate||repeated&&argument||definiti||flag||key||option||paramete||setting||switch;;
unknown &&command||element||enum||field||format||key||module||name||option||property||scheme||section||setting||symbol||tag||token||type||variable;;
found&&~not ;;
~are not||~aren't ||~is not ||~isn't ||~was not||~wasn't ||~were no||~weren't&&configur||declared||defined||enabled||initiali||installe||provided||register||set||specifie;;
no default ||no such ;;
account||configur||context||driver||environm||profile||project||subscrip||workspac&&~no active ||~no matching ||~no suitable ||~no valid ;;
compiler||handler||interpre||manifest||module||plugin||provider||release||target||version&&~no active ||~no matching ||~no suitable ||~no valid ;;
~not con||~not dec||~not def||~not ins||~not reg||~not spe;;~do not exist||~does not exis||~doesn't exist;;
notconfigured~||notdefined~||notexist~||notinstalled~;;~are mandatory||~are required||~is mandatory||~is required;;
 exception cou;;
参数缺失||参数缺少||变量缺失||变量缺少||属性缺失||属性缺少||配置缺失||配置缺少||配置项缺失||配置项缺少;;
缺少依赖||缺少参数||缺少变量||缺少必要||缺少必需||缺少配置;;
please c||please d||please i||please p||please s||please u;;
error||exception&&could no||does not||found||missing||needs ||no such||requires;;
 not found&&~block~||~chunk~||~connect||~cursor~||~instanc||~job~||~lease~||~message||~request||~session||~task~||~transac;;
classnot||configer||configex||configur||missingd||optioner||optionex||optionse||pluginer||pluginex||properti||property||settinge||settings||usageerr||usageexc;;
argument||badargum||badparam||commandl||dependen||missinga||paramete;;
~invalid||~missing||~undefin||~unknown||~unrecog&&error~||exception~;;
casterro||castexce||conversi||converte||decodeer||decodeex||decodere||decoding||encodeer||encodeex||encoding||formater||formatex||matcherr||matchexc||parseerr||parseexc||parserer||parserex||parsinge||syntaxer||syntaxex;;
boundser||boundsex||deserial||mappinge||marshale||overflow||rangeerr||rangeexc||schemaer||schemaex||serializ||typeerro||typeexce||underflo||unmarsha;;
arithmet||constrai||dimensio||integrit||shapeerr||shapeexc||uniqueer||uniqueex||validate||validati||validato||verifica;;
alreadyc||alreadye||collisio||contract||duplicat||exists||invarian||overlap||precondi&&error~||exception~;;
doesnote||emptyres||missingf||missingk||missingm||nonuniqu||noresult||nosuch||notexist;;
undefine||unknownc||unknowne||unknownf||unknownk||unknownt||unresolv||unsuppor&&error~||exception~;;
error~||exception~&&~not;;convergence||optimization||singular||solver&&error~||exception~;;
error~||exception~&&~bad||~illegal||~incompa||~inconsi||~invalid||~malform||~mismatc||~wrong;;
error~||exception~&&badarg||badarity||clause||divideby||division||lazyinit||logic||nullrefe||outofran||uninitia;;
calculat||computat||datacont||dataerro||dataexce||dataform||domainer||domainex||expressi||inputerr||inputexc||modelerr||modelexc||queryerr||queryexc||statemen||template;;
~fullyqualifie&&:;;~fibererror~||~localjumperro;;~documen||~multipl||~noresul||~objectd||~recordi||~recordn;;
~notavai||~notconn||~notcoor||~notenou||~notlead||~notmast||~notopen||~notprim||~notread||~notresp||~notrunn||~notserv;;
epoch||generati||host||member||metadata||producer||server||session||state&&~bad||~illegal||~invalid||~nosuch||~unknown||~wrong;;
gateway||handle||lease||node||offset||region||response||statusli||topic&&~bad||~illegal||~invalid||~nosuch||~unknown||~wrong;;
dataset||file||input&&no ;; file~&&no ;;no bound||no forci||no input||no poten||no resta||no templ&&for ;;
~are abs||~are mis||~are not||~is abse||~is miss||~is not ;;not available~&&~dataset||~field||~file||~variable;;
~column~||~field~||~paramet||~species||~variabl&& are not|| is not || was not;;
~are absen||~are missi||~is absent||~is missin;;
configur||defined~||given~||passed~||provided||specifie||supplied&&~no ;;
mandatory~||needed~||unset~&&~argumen||~flag~||~option~||~paramet||~setting||~variabl;;
~option && expects || needs || takes || wants ;; expected~&&~argument;;~unexpected ;;~problem;;
~can't f||~can't m||~can't w||~cannot ;;~did you mean~;;~check &&file~||name~||path~||spelling||syntax~||variable;;
~allowed ||~available ||~possible ||~valid &&choices||ers||names||options||types||values;;
definiti||entry fo||entry of||entry wi||mapping ||paramete||potentia||pseudopo||value fo||value of||value wi&&~no ;;
~unknown &&kind~||scheme~||style~||unit~;;~has no ;;~no section~;;~is blank~;;
~not declared ||~not defined i||~not listed in||~not registere;;~are not known||~is not known ;;~cannot resolv;;
~unable to inf;;~a required fi||~a required ke||~a required pr;;
answer||body||capacity||healthy||heartbea||quorum||reply||response;;
~directo||~file em||~folder ||~input e||~list em||~table e;;
~no data||~no feat||~no obse||~no poin||~no read||~no reco||~no rows;;~nothing to ||~nothing was ;;~not enough ;;
~too few ;;~insufficient &&to build||to cover||to fit ||to form ||to occup;;
~count||~dimensi||~length||~number||~size&& of ;;~no overlap||~zero overlap;; at least || at most &&~need;;
~fit fai||~fit is ||~fitting||~interpo||~regress||~triangu;;reached&&~max ||~maximum ;;
不足||缺失||过少&&数据||结果||记录||输入;;
~missing value||~nan value||~null value&& detected~|| for~|| found~|| in~;;
~are of differ||~has different||~have differen;;~improperly ||~incorrectly ||~wrongly ;;
 before || beyond || outside &&are||ends||fall||is||lie||starts;;
~disagre||~do not ||~does no||~duplica||~invalid||~not mon;;~model expects;;
bounds~||order~||range~||sequence||table~&&~out of ;;~outside &&box~||domain~||grid~||region~;;
~left the box~||~left the doma||~left the grid;;~extreme ||~implausible ||~unphysical ||~unrealistic ;;
intersect&&~self;;~overlapping ;;~linearly depe;;solution exist&&~no ;;
 error~&&consiste||domain||logic||symmetry||topology||unit;;exceeded~&&~size limit;;
~asserti||~contrac||~postcon||~precond||~require&&broken~||not met~||unmet~||violated~;;~degenerate~;;
coherent&&~non;;conforming&&non||not ;;~endianness;;~line endings;;~not &&ascii||utf;;
cut short~||prematurely~||truncated~&&~file||~header||~input||~line||~record||~section||~table;;
collapse||dropped ||fell bel||fell to~||reduced ||shrank b||shrank t||went bel||went to~&&~step;;
changed~&&~column ||~columns||~fields ||~header ||~layout ||~rows ||~schema ||~units ;;
 atoms|| columns|| entries|| fields|| items|| lines|| names|| points|| records|| rows|| values&&found ||got ||has ||have ||read ||saw ;;
unknown~&&~atom ||~command||~element||~keyword||~materia||~residue||~species||~symbol ||~unit ||~variabl;;
~date is||~day is ||~month i||~time is||~timesta;;detected||found&&~anomaly||~discrep||~drift||~imbalan||~outlier;;
~violated by~||~violated for~||~violated in~;;breached~||violated~&&~bound||~quality||~rule||~thresho||~toleran;;
~found more th||~got more than||~returned more;; only &&~expects ||~has ||~lists ;;
changed since~&&column||field||header||layout||schema;;
array||list||map||result||set||string||table||value&&~got an ||~has an ||~is an e||~returne||~to an e||~was an ;;
~matche&& 0~|| no~|| none~|| nothing~;;~nothing match;; illegal|| invalid|| unknown|| unsuppo|| wrong &&~has a;;
~format ||~loader ||~model d||~parser ||~query d||~reader ||~schema ||~table d&&accept~||define~||hold~||provide~||return~||take~;;
不平||不相等||相差&&两端||合计||总数||数量||条数||行数||金额;;存在循环依赖||存在环;;结构&&变化||变更;;缺少;;
低于门限||低于阈值||超出门限||超出阈值||超过门限||超过阈值||高于门限||高于阈值&&值||数||比例||率;;
action:||remedy:&&add ||change ||check ||correct ||modify ||please ||remove ||set ||use ||you ;;
~bad||~differ||~problem||~wrong&& !=|| /=|| <>|| vs;;~exceeds &&array||bound||buffer||dimensio||max||table;;
~exceeded at c||~exceeded at e||~exceeded at n;;
~not acc||~not ade||~not app||~not com||~not con||~not pos||~not suf||~not sui;;
~are different||~is different ||~was different||~were differen;;
 claims~|| holds~|| lists~|| needs~|| says~|| wants~&&~but ;;
bounds~||table~||tabulated~&&~above ||~below ||~off ||~outside ;;able to &&~only ;;
~iteration||~nesting||~recursion&& limit;;illegal ||invalid ||unknown &&~contain;;
~has multiple && block|| definition|| entr|| section;; inconsistenc;; syntax&&~check ;;
~computed with||~generated wit||~prepared with&& different ||other ;;~not available;;~not compiled ;;spel&&~mis;;
~detected non&&finite~;;~implemented &&only~;;stop: && ;;~abnormall||~excessive||~extremely||~unusually;;
~fail&&angle||atom||bond||cell||dihedral||element||particle||residue;;~fail&& at || for || in || on ;;
blew up||explod||grew by&&~density||~energy||~error||~mass||~norm||~residua||~velocit;;vector::_m_;;~basic_string:;;
~map::at~;;~stod~||~stof~||~stoi~||~stol~||~stoul~;;~max_size();;
conflict||differen||duplicat||error||failures||faults||issues||problems||vulnerab||warnings&&~no ;;~already exist;;
 is not empty&&~directory~||~folder~||~output~||~path~;;not an empty d;;~refuses to ||~refusing to ;;~refused to ;;
~there is alre&& ;;~exists~&& given || set || specify|| use || with ;;~exists and -;;
clobber~||force~||overwrite~&&~add -||~specify -||~use -;;~unrecognised ||~unrecognized ;;unknown ;;
called||named||with &&~no ;;~not con||~not def||~not giv||~not pro||~not spe;;~requires ;;
~aufruf: ||~syntax: ||~usage: ||~uso: ;;
 failed&&~load ||~loading||~open ||~opening||~parse ||~parsing||~read ||~reading;;
~argumen||~option~||~paramet||~propert||~setting||~variabl&& must be d|| must be g|| must be p|| must be s;;
~config ||~profile ||~script ||~template && not found~;;~incompatible ;;
 differe|| later || newer || older || other &&~built b||~built f||~built w||~compile||~created||~made by||~made fo||~made wi||~saved b||~saved f||~saved w||~trained||~written;;
~requires a ne||~requires an o||~requires at l||~requires more;;give -||pass -||set -||use -&&;;~would overwri;;
~account||~endpoin||~model~||~project||~reposit||~version||~workspa&& is arch|| is disc|| is reti|| was arc|| was dis|| was ret;;
~deprecated, u;;~410 gone~;;表达式不合法||表达式不正确||表达式有误||表达式错误||表达式非法;;
已下线||已作废||已停用||已废弃||已注销||已销户&&产品||应用||接口||服务||模型||账号||账户;;version mismat;;
versions do no;;~no longer sup;;please upgrade;;has been remov;;
 missing&&~argumen||~directo||~file~||~header~||~key~||~paramet||~setting;;
 did not arriv|| has not arriv|| not yet arriv&&~file~;;~data di||~data fi||~data fo||~input d||~input f||~source ;;
~does not appe||~does not seem&&be a||be insta||be set||be there||exist;;
introuva||nicht ge||niet gev||no encon||non trov||o encont;;未到达||未就绪||未生成&&文件;;
找不到||未找到||没有找到&&任务||文件||目录||程序||脚本||配置;;
 blocked|| closed~|| deactiv|| disable|| expired|| suspend&&~account||~contrac||~plan~||~subscri||~trial~;;
~not allowed t;;~payment &&overdue||required;;未登录;;登录&&失效;;无操作权限||没有操作权限;;账号异常;;
access||permission||privilege||right&&~do not have ||~does not have||~doesn't have ||~don't have ;;
admin||root||superuser&&~executed as ||~run as ||~started as ;;~be administra||~be root~||~be superuser~;;
run by r||run by s||run unde||run with&&~not ;;not allowed||refus&&~as root~;;refus&& to run as;;
 has bee|| have be|| is deac|| is disa|| is lock|| is revo|| was dea|| was dis|| was loc|| was rev&&account||credenti||key||secret||token;;
~needs a subsc;;~bad owner or ;;~owned by anot;;~cookie reject||~session rejec||~token rejecte;;
encrypted||protected&&~archive||~branch~||~file~||~pdf~||~sheet~||~workboo||~zip~;;
~failed||~needed||~required||~wanted&&~2fa~||~captcha||~mfa~||~otp~||~two-fac;;
~quota~&&depleted||exceeded||exhauste||reached||used up;;quota~&&~over its ||~over the ||~over your ;;
~maximum amoun||~maximum count||~maximum numbe&&exceeded||reached;;容量||配额||额度&&已满||用完||用尽||耗尽||超限;;
超出||超过||达到&&上限||配额||限额;;
exceeded||reached&&~account||~group l||~job lim||~project||~queue l||~slot li||~user li;;
~pool is full||~queue is full;;~task rejected;;已满&&线程池||连接池||队列;;任务被拒绝;;
~are not||~cannot ||~duplica||~expecte||~is not~||~malform||~must be||~negativ||~rejecte&&~line ||~record ||~row ;;
~consist||~integri||~quality||~sanity ||~validat&&failed;; failed~&& asserti|| check|| expecta|| rule|| test;;
~assert~&&~failed~;;~stack level t;;too much recur;;~no data to ||~no records ||~no rows to ;;
~duplicate ||~impossible ||~negative &&in line~||in record~||in row~;;不能为空||不能为负||不能为零;;
字段数不一致||字段数不匹配||字段数不符;;记录被拒绝;;~not exe||~not ins||~not rea||~not run||~not wri;;
 first&&activate||build||call||compile||create||execute||generate||install||load||log||make||prepare||run||set||source||train;;
 first&&~add~||~configu||~convert||~copy~||~define~||~edit~||~enable~||~extract||~fill~||~initial||~provide||~registe;;
~before ;;~set &&_;;~are missing o||~is missing or||~was missing o||~were missing &&empty||invalid||not||un;;
 missing;;~install||~run||~running||~try||~use&&apt||brew||cargo||conda||cpan||gem||npm||pip||yarn;;~only availabl;;
environment va&&~check ||~define ||~export ||~set ||~verify ;;~found neither;;
~you did not ||~you didn't ||~you forgot to||~you should &&choose~||define~||enter~||give~||install~||load~||pass~||provide~||select~||set~||specify~||supply~;;
未安装;;需要安装;;创建||填写||安装||指定||提供||登录||设置||配置&&请;;
未上线||未传入||未发布||未启用||未填写||未定义||未开启||未提供||未检测到||未选择||未部署;;
参数||环境变量||目录||路径||配置&&为空||未指定||未设置||没有设置||没有配置;;
bug~&&~because||~found a||~hit a||~is a||~this is||~to a;;~report it||~report the||~report this&&bug~;;
bug&& in ||:;;~contact the a||~contact the d||~contact the m;;~driver;;
~must be &&boolean||date||float||integer||list||multiple||negative||number||numeric||positive||power||string;;
~must be &&array||between||equal||even||finite||length||matrix||odd||range||same||shape||sorted||square||subset||tuple||type||unique||vector;;
~must be ;;divisibl||integer||monoton||multiple||number||numeric||sorted||unique&&~not ;;
argument&&~takes exactly||~takes from ||~takes no ;;~declare||~defined||~given m||~given t||~listed ;;
absent~||missing~&&~column||~field||~header;;~has no &&column||element||field||header||key||row;;
coded~||implemented~||programmed~&&~not ;;~dangling ||~unbalanced ||~unclosed ||~unterminated ;;
implemented~||possible~||supported~&&~only ;;
a diviso||a factor||a member||a permut||a power||a subset||same&&~not ;;
~dimensi||~length||~matrix||~shape||~size&&~differ||~disagre||~mismatc||~not agr||~not mat;;
 expected~|| needed~|| wanted~&& columns|| entries|| fields,|| lines, || records|| rows, || values,;;
~without &&not ;;必须&&介于||唯一||大于||小于||数值||数字||整||正||等于||负||非;;对象为空;;编码不是;;
找不到&&字段||表;;缺失||缺少&&列||字段||表头;;重复&&主键||名称||字段||编号;;出错||失败原因||异常||报错||错误;;
不合法的||不合规的||多余的||无效的||有误的||错误的&&值||列||参数||命令||文件||日期||格式||类型||编码||路径||输入||选项;;
请修改||请更正||请查看||请核对||请检查||请确认&&出错||失败||有误||错误;;
不足||多于||大于||小于||少于||超过&&个||位||列||天||字||张||条||次||行;;
无法加载||无法匹配||无法定位||无法打开||无法找到||无法推断||无法确定||无法编译||无法解析||无法计算||无法识别||无法读取||无法转换;;
不一致||不相等||不通过||发现问题&&校验||核对||检查||比对||验证;;不在&&中||内||里;;
列数||参数||字段||数据||数量||文件||样本||步长||维度||行数||记录&&太多||太大||太小||太少||太短||太长||过多||过大||过小||过少||过短||过长;;
出错||失败||异常||错误&&事务||任务||作业||命令||实例||操作||模块||步骤||流程||程序||脚本||请求||调用;;
出错||失败||异常||错误&&上传||下载||保存||写入||分配||加锁||发送||同步||启动||处理||执行||拉取||推送||提交||获取||访问||调用||运行;;
 configu|| definid|| disponi|| instala||no hay a||no hay d||no hay f||no hay r||requerid;; poss&&vel;;
o pode ser&&Ã||ã;; arquivos|| dados|| registros&&o h;;~deve conter~||~deve ser~||~deve ter~;;
o encontrada||o encontrado&&~n;;~n'existe pas~;;~doit &&contenir||exister||tre;;~manquant;;
~aucun ||~aucune && donn|| trouv|| valid;; gefunde||darf nic||erforder||existier||falsch||fehlend||ltig||muss ;;
belum di||bulunama||eksik||ersiz||harus ad||harus di||tidak ad||tidak di||tidak va||wajib ;;
definit||esiste||esistono||impossib||mancante||riconosc||trovat;;est pas &&~n;;~il faut ;;~incorrecta||~incorrecto;;
없다;;必要です;;存在しません;;指定してください;;設定してください;;未対応;;
ありません&&データ||ファイル||フォルダ||値||列||引数||設定||項目;;사용할 수 없;;필요합니다;;존재하지;;올바르지;;
не задан||не найден||не существует||не указан;;обязательн;;Отсутству||отсутству;;
Неверн||Недопустим||неверн||недопустим;; aborted~|| failed~&&check||elaborat||linting||parsing||synthesi||validati;;
~convers||~decodin||~meshing||~triangu||~verific&& aborted~|| failed~;;
~factori||~inversi||~minimiz||~optimis||~optimiz&& aborted~|| failed~;;
calibrat||floorpla||interpol||normaliz||tokeniza&& aborted~|| failed~;;
 failed~&&assertio||check||expectat||rule||test;;~some tests fa;;error&&detected~||found~||reported~;;fail&&:;;
~an exception &&' occurred;;invalid||missing||undefine||unhandle||unknown||unrecogn||unsuppor;;
ambiguou||conflict||duplicat||empty||illegal||improper||malforme||unspecif;;
 ambiguo|| illegal|| incompl|| incorre|| invalid|| malform|| negativ|| obsolet|| undefin|| unknown|| unspeci|| unsuppo&&~are||~is||~was||~were;;
blank||empty||full||impossib||infinite||mandator||missing||none||null||required||zero&&blank~||empty~||full~||impossib||infinite||mandator||missing~||none~||null~||required||zero~;;
 impossi|| incompl|| incorre|| invalid|| undefin|| unsuppo;;
~are not||~aren't ||~is not ||~isn't ||~was not||~wasn't ||~were no||~weren't;;
has to||have to||must||need||should ;;~must ;;
 only~&&accept||allow||can||handle||may||must||permit||should||take||use;;~support&& only~|| up to~;;
~maximum ||~minimum &&allowed||exceeded||is ||must||reached;;~only &&accepts||reads||support||takes||work||writes;;
~only &&allow||if||one||possible||supporte||the foll||up to||when;;
can||could no||couldn't||don't kn||fail||not able||not know||unable t&& ;;
agree||conform||contain||correspo||exist||have||know||match||support&&~did not||~didn't ||~do not ||~does no||~doesn't||~don't ;;
~did not||~didn't ||~do not ||~does no||~doesn't||~don't &&allow||apply||close||converge||cover||depend||find||fit||include||overlap||recogni||solve||sum||understa;;
~already||~never||~not&&built||ed||found||given||increasi||known||monoton||open||positive||readable||set;;
~accepte||~allowed||~availab||~known||~legal||~permitt||~possibl||~support||~valid&& are~|| choices|| include|| is~|| names~|| options|| types~|| values~;;
~expected~||~expecting~||~expects~;;
~exceeded~||~exceeds~&&~capacit||~length~||~limit~||~maximum||~number ||~range~||~size~;;~neither && nor~;;
~requires &&a||the;;
adjust ||correct ||decrease||fix ||increase||lower ||raise ||reduce ||rename ||update ||upgrade &&-||a||it||the||this||your;;
build||check||choose||compile||edit||install||provide||specify&& ;;
argument||dimensio||format||header||index||input||magic||name||number||option||order||shape||size||type||unit||value||version&&~bad ||~imprope||~inappro||~incorre||~insuffi||~wrong ;;
~too big||~too dee||~too few||~too hig||~too lar||~too lon||~too low||~too man||~too new||~too old||~too sho||~too sma;;
~impossible to;;
~too clo||~too coa||~too com||~too den||~too dis||~too ear||~too far||~too fin||~too fla||~too lat||~too nar||~too noi||~too spa||~too ste||~too str||~too thi||~too wea||~too wid;;
argument~||handle~||pointer~||reference~&&~nil ||~null ;;
exceeded~||reached~&&~discard||~error l||~iterati||~nesting||~recursi||~reject ||~warning;;~may not;;
 the same~&&~not all~;;~with no;;~version &&found~||given~||needed~||required||wanted~;;~failed valida;;
missing~&&~attribu||~column ||~declara||~definit||~field ||~header ||~keyword||~section;;
~been bu||~been co||~is buil||~is comp||~is conf||~was bui||~was com||~was con||~were bu||~were co;;
 different &&~use;;~failed the &&check||filter||rule||test;;
 are exp|| are fou|| are giv|| are lis|| are nee|| are pro|| are rea|| are the|| is expe|| is foun|| is give|| is list|| is need|| is prom|| is read|| is ther|| was exp|| was fou|| was giv|| was lis|| was nee|| was pro|| was rea|| was the|| were ex|| were fo|| were gi|| were li|| were ne|| were pr|| were re|| were th&& ;;
~not contiguou||~not continuou;;
negative &&~are ||~became ||~detecte||~encount||~found ||~got ||~has ||~have ||~is ||~was ||~with ;;
negative &&area~||density~||determin||energy~||jacobian||mass~||pressure||temperat||volume~;;
negative &&count||distance||height||index||length||radius||size||value||variance||weight||width;;
~implaus||~meaning||~nonsens||~unreali||~unreaso;;
duplicate||unexpected&&argument||characte||column||field||format||header||line||token||type||value;;
duplicate||unexpected&&dimensio||entry||id||input||key||label||name||number||record||row||shape||string||symbol;;
no commo||no match||no overl||no suita||no usabl||no valid;;~are identical;;~contain&& 0 || no || zero ;;
~has missing ||~have missing ;;n't begi||n't end ||n't star||not begi||not end ||not star;;~has no ||~have no ;;
~missing a||~missing f||~missing i||~missing o;;~not in~;;~not built f||~not built i||~not built w||~not linked ;;
~should never ||~should not be||~should not ha||~should not re;;~this is a bug||~this is a stu;;
~circular ||~cyclic ;;~loop&& detected~|| in~;;~unrecoverable;;
conflict||differ||disagree||diverged||duplicat||incompat||inconsis||mismatch||singular||unpaired;;
disjoint||ill-cond||negative||positive||prematur||unphysic||violate;;~are already~||~exists alread||~is already~;;
~convers||~format ||~parse e||~range e||~syntax ||~type er||~validat||~value e;;
debe ser||introuva||invalide||lida||lido||manquant||no exist||o existe||obligato;;
definier||fehlt||gefunden||ltig||non vali||unterst;;est pas reconn&&n;;Ấ||ấ&&a c;;없습니다;;않습니다;;잘못된;;
유효하지;;일치하지;;見つかりません;;不正な;;無効;;できません;;数据||结果||记录&&无||没有;;
加载参数||加载配置||解析参数||解析配置||读取参数||读取配置&&出错||失败;;
未初始化||未找到||未登录||没有初始化||没有找到||没有登录;;未知&&参数||命令||字段||方法||格式||类型||选项;;
不对||不符||冲突||应为||必填||有误||超长||重复||错误&&列||参数||变量||字段||文件||模板||表||配置;;重复的;;
不对||不符||冲突||应为||必填||有误||超长||重复||错误&&个数||主键||依赖||函数||条件||标题||格式||版本||类型||语句;;
缺&&列||参数||字段||属性||必填||文件;;长度&&超;;找不到&&依赖||函数||包||方法||类;;
依赖找不到||函数找不到||包找不到||方法找不到||类找不到;;不是&&文件||格式||类型;;
未上传||未传入||未匹配||未填写||未声明||未审核||未授权||未替换||未赋值;;非数值;;畸变;;
审核不平||审核不通过||审核失败||对账不平||对账不通过||对账失败||校验不平||校验不通过||校验失败||编译不平||编译不通过||编译失败||验证不平||验证不通过||验证失败;;
数量为||条数为||行数为&&0;;需要;;存在||销毁&&已;;不是效||无效;;非法;;未配置;;downloading ;;
~already &&abort||cancel||clos||stop||terminat;;
illegal~||incompat||invalid~||malforme||unsuppor&&~are ||~is ||~was ||~were ;;
allowed||compatib||defined||implemen||permitte||recognis||recogniz||supporte||valid&&~are not ||~is not ||~was not ||~were not ;;
illegal ||incompat||invalid ||malforme||unrecogn||unsuppor;;~must &&be ||contain||match||specify;;
do not ||don't ||must not &&as~||by~||from~||in~||on~||under~||with~;;
argument||attribut||column||command||field||function||option||paramete||policy||property||setting||table||variable&&~missing ||~no such ||~unknown ;;
attempt&& to acce|| to add~|| to appl|| to assi|| to comp|| to conv|| to defi|| to dele|| to dere|| to divi|| to inse|| to load|| to modi|| to pars|| to set~|| to use~;;
 exists~&&~column ||~databas||~directo||~file ||~index ||~partiti||~schema ||~table ||~user ;; @ error/&&.c;;
~cannot be||~cannot ex;;~illegal||~invalid||~unknown;;~leader~||~primary~||~standby~||~writable~;;leader ;;
<unknown funct;;多于||大于||小于||少于||早于||晚于;;
fewer th||greater ||higher t||larger t||less tha||longer t||lower th||more tha||newer th||older th||shorter ||smaller &&fewer||greater||higher||larger||less||longer||lower||more||newer||older||shorter||smaller;;
~above ||~below ||~beneath||~beyond ||~under &&allowed||cut||limit||lower||maximum||minimum||threshol||upper;;
~not equal~;;~unmatched~;;~already activ||~already assoc||~already linke;;not a ||not an ;;
bad ||wrong && detected~|| for~|| found~|| given~;;allowed~||permitted~||valid~&&~only ;;~misuse of~;;
~needs &&argument||array||file||grid||list||matrix||mesh||name||number||table||value||vector;;
~allowed||~complia||~defined||~impleme||~intende||~meant o||~meant t||~valid o||~valid t;;
abort||critical||error||failure||fatal||severe&& ;;error: ||exception: ||fault: && ;;
~[alert]||~[crit]||~[emerg]||~[err]&& ;;
! error||! fatal||! stop||# error||# fatal||# stop||* error||* fatal||* stop||*error||*fatal||*stop||= error||= fatal||= stop||> error||> fatal||> stop&& ;;
[ error ] ||[ fatal ] && ;;] critical ||] error ||] fatal &&~[;;
| critic||| error||| fatal|||critica|||error|||fatal&&|;;aborting||dying||quitting||stopping||terminat&&: ;;
 aborted: || failed: || stopped: &&~model||~simulation;;~because &&~abort;;~oops||~sorry&& ;;
~fatal excepti||~systemexit||exception&&: ;;exception: && ;;_error: && ;;abort||stop&& ;;~┌ error: ;;~[abort];;
* [abort] ;;~error in ||~error using ;;~critical erro||~fatal error i||~severe error ;;~failure in &&_;;
~error||~fatal&& at || convert|| decodin|| during || in || interpr|| opening|| parsing|| process|| reading|| when || while || writing;;
error&& ;;abort||error||fatal&&~line;;~diverg||~exceed||~truncated||~violat&&~error~||~fatal~;;~error.&& ;;
not be re&&~can||~must||~should;;
~do not re||~don't re||~never re&&run it~||run the~||run this||start it||start th||submit i||submit t||try it~||try the~||try this;;
retriable||retryable&&non||not ;;重复||重新||重试||重跑&&不可||不能||不要||禁止||请勿;; cancelled at &&~step ;;
: exited with ||: killed||: terminated&&: task ||: tasks ;;srun: force te||srun: terminat;;srun: job step;;
~exit signal k||~exit signal t;;~psilogger: ch&& exited on sig;; died from sig&&~rank ;;~childfaileder;;
root cause (fi;;elastic&& failed (exitc;;deepspeed&&exits with ret||killing subpro;;killing subpro;;exits with ret;;
~processexited||~processraised;; terminated wi&&process ;;received && death signal,;;signalexceptio&& got signal;;
mpi_abort was ;;application ca;;called mpi_abo;;invoking mpi_a;;calling mpi_ab;;mpi_comm_world&&abort;;
internal_abort;;pmpi_abort;;noticed that j||noticed that p||noticed that r&& exited on sig;;
exit string: k||exit string: t;;exit status of&&: killed by si;;caused collect;;process died, ;;
signal 15 rece||signal 9 recei;;exit code: 1||exit code: 3||exit code: 9;;bad terminatio;;primary job te;;
detected that ;;process return;;exiting improp;;exited without;;
exit code: 1~||exit code: 2~||exit code: 255||exit code: 256;;terminated for;;cannot read ex;;
~aborted~&&core dumped;;~sigabrt~;;signal 6~||signal: 6~;;signal: aborte;;forrtl: error ;;
exitcode : -6~||exitcode: -6~;;~sigtrap~;;~sigsys~;;~exit co||~exit st||~exit va||~exited ||~return && -6~|| 134~;;
核心已转储;;已放弃;; aborted~&&~line ;;finished abnor&&: -9~;; killed~;;~killed~;;: killed~;;~sigkill~;;
exitcode||return c||signal 9||signal: ||through ;;已杀死;;被杀死;;返回值||返回码||退出状态||退出码&&137~;;
 terminated~;;~terminated~;;: terminated~;;~sigterm~;;exitcode||signal 1||signal n||signal: ||through ;;已终止;;
job aborted du;;lost task;;recovery is su;;am container &&exited;;failed && times due to;;
application &&finished with ;;exited with ex;;diagnostics: ;;applicationmas&&fail;;~dataxexceptio;;
"""  # noqa: E501 - end of CAUSES
"""Texts of lines that may tell a cause, in small letters: `python -m tools.packs` writes them from the library's packs.

Causes stand between line ends or `;;`: of each text joined by `&&` a line has one of those joined by `||`, and `~` is
an edge of a word. What stands behind the line `effects` mostly follows from a cause.
"""

_CLUSTER_ID = re.compile(r"[A-Za-z0-9-]{1,128}\Z")
_JOB_ID = re.compile(r"[0-9]{1,18}(?:\[[0-9]{1,18}\]|_[0-9]{1,18})?(?:\.[A-Za-z0-9_-]{1,64}){0,8}\Z")
_LETTERS_ALONE = bytes(byte if byte in range(ord("a"), ord("z") + 1) else 32 for byte in range(256))
"""What is no small letter becomes a blank."""
_IN_WORDS = frozenset(b"abcdefghijklmnopqrstuvwxyz0123456789_")
_BEYOND_ASCII = bytes(byte if byte in range(128, 256) else 32 for byte in range(256))
_ASCII = bytes(range(128))
_SHAPE = bytes(max(letter, beyond) for letter, beyond in zip(_LETTERS_ALONE, _BEYOND_ASCII))
_SHAPE = _SHAPE[: ord("\n")] + b"\n" + _SHAPE[ord("\n") + 1 :]
"""Of lines in small letters their words are left: a solver's steps differ in their numbers alone."""
_HIGH = bytes(range(128, 256))
_PAIR = re.compile(rb"[\x81-\xfe][\x80-\xfe]")
"""As most signs of GBK are; in Latin-1 such letters stand alone. As shared/reading/text.py has it."""
_CUT = re.compile("[\udc80-\udcbf]{0,3}[^\udc80-\udcff]*(?:[\udcc2-\udcf4][\udc80-\udcbf]{0,2})?\\Z")
"""UTF-8 whose first sign or last one was cut."""
_GROUP = re.compile(rb"\(\?P<\w+>")
_EVIDENCE = {"rank": "rank", "node": "lost_node"}


class UnusableError(Exception):
    """Nothing can be watched; the text says why, empty if nobody needs to know."""


def say(text: str) -> None:
    """One line for the person who reads the job's standard error; never raises."""
    with contextlib.suppress(OSError):
        os.write(2, "{}: {}\n".format(NAME, text).encode("utf-8", "backslashreplace"))


def plain(value: Any, limit: int = NAME_BYTES_MAX) -> str:
    """Any bytes or text as text of at most so many bytes of UTF-8; bytes that are no UTF-8 are shown as escapes."""
    data = value if isinstance(value, bytes) else str(value).encode("utf-8", "surrogateescape")
    shown = data[: limit + 3].decode("utf-8", "backslashreplace").encode("utf-8", "backslashreplace")
    return shown[:limit].decode("utf-8", "ignore")


def in_utf8(lines: List[bytes]) -> List[bytes]:
    """Lines of output, those in GBK as UTF-8. What is neither stays as it is; linear."""
    try:
        b"\n".join(lines).decode("utf-8")
    except UnicodeDecodeError:
        return [_of_gbk(line) if _PAIR.search(line) else line for line in lines]
    return lines


def _of_gbk(line: bytes) -> bytes:
    high = len(line) - len(line.translate(None, _HIGH))
    broken = len(line) - len(line.decode("utf-8", "ignore").encode("utf-8"))
    if min(broken, len(_PAIR.findall(line))) * 4 <= high or _CUT.match(line.decode("utf-8", "surrogateescape")):
        return line
    return line.decode("gb18030", "surrogateescape").encode("utf-8", "surrogateescape")


class Files:
    """What the watcher asks of the file system; a test has its own."""

    def signature(self, path: str) -> Optional[Tuple[int, int, int, int]]:
        """Device, inode, size and time of change of a file, or None. Equal means: nobody has written to it."""
        try:
            found = os.stat(path)
        except OSError:
            return None
        return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns

    def open(self, path: str) -> int:
        """A descriptor to read from. Raises OSError."""
        return os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)

    def read(self, descriptor: int, offset: int, size: int) -> bytes:
        """Bytes from there. Raises OSError."""
        return os.pread(descriptor, size, offset)

    def close(self, descriptor: int) -> None:
        """Done with it."""
        os.close(descriptor)

    def matching(self, pattern: str) -> List[str]:
        """Paths that a shell pattern names now."""
        return glob.glob(pattern)


Numbers = Callable[[int], Optional[int]]
"""The number in its file of the line at a place of a list; None: not known, for something was skipped."""
Hear = Callable[[List[bytes], Numbers], None]
"""Gets new lines that have ended."""


class Lines:
    """Cuts bytes into lines: linear time, memory of one bounded line. CR ends a line too (progress bars)."""

    def __init__(self) -> None:
        self.open_line = b""
        """Head of the line that has not ended yet."""

    def feed(self, data: bytes) -> List[bytes]:
        """The lines that this data ends, each cut to LINE_BYTES_MAX."""
        parts = data.replace(b"\r", b"\n").split(b"\n")
        parts[0] = self._joined(parts[0])
        self.open_line = parts.pop()[:LINE_BYTES_MAX]
        return [part[:LINE_BYTES_MAX] for part in parts]

    def _joined(self, part: bytes) -> bytes:
        return self.open_line + part[: LINE_BYTES_MAX - len(self.open_line)]


class Tail:
    """What is new in one output file. Follows rotation (rename, truncation); begins at the end of what was there."""

    def __init__(self, path: str, files: Files) -> None:
        self.path = path
        self.lines = Lines()
        self._files = files
        self._descriptor = -1
        self._offset = 0
        self._line_number: Optional[int] = 1
        """Of the line that has not ended; None: not known, for something was skipped."""
        self._signature = files.signature(path)
        if self._signature is not None:
            self._open(self._signature[2])
            self._line_number = self._lines_before()

    @property
    def exists(self) -> bool:
        """Whether the file was ever there. One that never was proves nothing: perhaps its name is wrong."""
        return self._signature is not None

    def read(self, hear: Hear) -> bool:
        """Whether somebody has written to it since the last call; `hear` gets each line that has ended since."""
        found = self._files.signature(self.path)
        if found is None or found == self._signature:
            return False
        before, self._signature = self._signature, found
        if before is None or before[:2] != found[:2]:
            self._hear_new(hear, None)  # what the old file got before it was moved away
            self._open(0)
        elif found[2] < self._offset:
            self._offset, self.lines, self._line_number = 0, Lines(), 1
        self._hear_new(hear, found[2])
        return True

    def _lines_before(self) -> Optional[int]:
        """The number of the line that comes next, if the file is small enough to count."""
        count, place = 1, 0
        if self._descriptor < 0 or self._offset > COUNTED_BYTES_MAX:
            return None
        while place < self._offset:
            try:
                data = self._files.read(self._descriptor, place, min(READ_AT_ONCE_BYTES, self._offset - place))
            except OSError:
                return None
            if not data:
                return None
            count, place = count + data.count(b"\n"), place + len(data)
        return count

    def _open(self, offset: int) -> None:
        if self._descriptor >= 0:
            self._files.close(self._descriptor)
        self._descriptor, self._offset, self.lines, self._line_number = -1, offset, Lines(), 1
        try:
            self._descriptor = self._files.open(self.path)
        except OSError as error:
            say("cannot read {}: {}".format(plain(self.path), error.strerror))

    def _hear_new(self, hear: Hear, size: Optional[int]) -> None:
        if self._descriptor < 0:
            return
        if size is not None and size - self._offset > READ_BYTES_MAX:
            self._offset, self.lines, self._line_number = size - READ_BYTES_MAX, Lines(), None
        for _ in range(READ_BYTES_MAX // READ_AT_ONCE_BYTES):
            try:
                data = self._files.read(self._descriptor, self._offset, READ_AT_ONCE_BYTES)
            except OSError:
                break
            if not data:
                break
            self._offset += len(data)
            lines = self.lines.feed(data)
            hear(lines, functools.partial(self._number, self._line_number, data))
            if self._line_number is not None:
                self._line_number += data.count(b"\n")

    def number(self, _: int) -> Optional[int]:
        """Of the line that has not ended."""
        return self._line_number

    @staticmethod
    def _number(first: Optional[int], data: bytes, place: int) -> Optional[int]:
        """As an editor counts: what CR ends is a line to be read, and none to be counted."""
        if first is None:
            return None
        rest = data.replace(b"\r", b"\n").split(b"\n", place)[-1]
        return first + data.count(b"\n", 0, len(data) - len(rest))


class Heartbeats:
    """Files that ranks touch. Only changes count, not what clocks say: file servers and nodes disagree about time."""

    def __init__(self, patterns: Sequence[str], ranks: int, files: Files) -> None:
        self._patterns = patterns
        self._ranks = ranks
        self._files = files
        self._signatures = self._look()
        """Files of an earlier run are in here: they count from their first change on."""
        self._beats: Dict[str, float] = {}
        self._ever: Set[str] = set()

    def read(self, now: float) -> bool:
        """Whether any rank has beaten since the last call. A rank that removes its file has done its work."""
        found = self._look()
        beaten = {path for path, signature in found.items() if self._signatures.get(path) != signature}
        self._beats = {path: at for path, at in self._beats.items() if path in found}
        self._beats.update(dict.fromkeys(beaten, now))
        self._ever |= beaten
        self._signatures = found
        return bool(beaten)

    @property
    def any(self) -> bool:
        """Whether any rank has ever beaten. If none has, perhaps the pattern is wrong."""
        return bool(self._ever)

    def stuck(self, now: float, stall_s: float) -> str:
        """Which ranks no longer beat, as text; empty if none."""
        late = sorted(path for path, at in self._beats.items() if now - at >= stall_s)
        if late:
            more = " and {} more".format(len(late) - PATHS_NAMED_MAX) if len(late) > PATHS_NAMED_MAX else ""
            named = ", ".join(plain(os.path.basename(path), 64) for path in late[:PATHS_NAMED_MAX])
            return "no heartbeat for {:g} s from {}{}".format(stall_s, named, more)
        if len(self._ever) < self._ranks and now >= stall_s:
            return "after {:g} s only {} of {} ranks have a heartbeat".format(stall_s, len(self._ever), self._ranks)
        return ""

    def _look(self) -> Dict[str, Optional[Tuple[int, int, int, int]]]:
        paths = [path for pattern in self._patterns for path in self._files.matching(pattern)]
        return {path: self._files.signature(path) for path in paths}


class Patterns:
    """Which lines tell a lost rank."""

    def __init__(self, sources: Sequence[bytes]) -> None:
        """Raises re.error."""
        self._each: List[Pattern[bytes]] = [re.compile(source) for source in sources]
        self._any = re.compile(b"|".join(b"(?:" + _GROUP.sub(b"(?:", source) + b")" for source in sources) or b"(?!)")
        self._all_built_in = set(sources) <= set(LOST_RANK)

    def near(self, shapes: Sequence[bytes]) -> bool:
        """Whether lines of these shapes may hold one; False is sure."""
        text = b"\n".join(shapes)
        return not self._all_built_in or any(word.translate(_SHAPE).strip() in text for word in LOST_RANK_WORDS)

    def find(self, line: bytes) -> Optional[Dict[str, str]]:
        """None, or the groups `rank` and `node` of the first pattern that is found in the line."""
        if not self._any.search(line):
            return None
        for pattern in self._each:
            match = pattern.search(line)
            if match:
                groups = match.groupdict()
                return {name: plain(groups[name]) for name in ("rank", "node") if groups.get(name)}
        return {}


class Pieces:
    """Pieces of words, each with a number: a job's output has few words, and most were seen before."""

    REMEMBERED = 20000
    GRAM = 3
    NEW_WORDS_MAX = 400
    """In one part of the output so many words are looked up; of more, as in encoded data, the longest tell nothing."""

    def __init__(self) -> None:
        self._numbers: Dict[bytes, int] = {}
        self._by_gram: Dict[bytes, List[Tuple[bytes, int]]] = {}
        self._known: Dict[bytes, FrozenSet[int]] = {}

    def of(self, text: bytes) -> FrozenSet[int]:
        """Numbers of a text's pieces of at least GRAM bytes."""
        return frozenset(map(self._numbered, (piece for piece in words_of(text) if len(piece) >= self.GRAM)))

    def _numbered(self, piece: bytes) -> int:
        if piece not in self._numbers:
            self._numbers[piece] = len(self._numbers)
            self._by_gram.setdefault(piece[: self.GRAM], []).append((piece, self._numbers[piece]))
        return self._numbers[piece]

    def within(self, words: Iterable[bytes]) -> Dict[bytes, FrozenSet[int]]:
        """Numbers of the pieces of those of these words that have any. Time is linear in them."""
        found: Dict[bytes, FrozenSet[int]] = {}
        new: List[bytes] = []
        for word in words:
            known = self._known.get(word)
            if known is None:
                new.append(word)
            elif known:
                found[word] = known
        for word in sorted(new, key=len)[: self.NEW_WORDS_MAX]:
            known = self._look_up(word)
            if known:
                found[word] = known
        return found

    def _look_up(self, word: bytes) -> FrozenSet[int]:
        grams = {word[place : place + self.GRAM] for place in range(len(word) - self.GRAM + 1)}
        near = [pair for gram in grams if gram in self._by_gram for pair in self._by_gram[gram]]
        found = frozenset(number for piece, number in near if piece in word)
        if len(word) <= NAME_BYTES_MAX:
            if len(self._known) >= self.REMEMBERED:
                self._known.clear()
            self._known[word] = found
        return found


def words_of(small: bytes) -> Set[bytes]:
    """Runs of small letters, and of what is beyond ASCII: Chinese has no blanks."""
    words = set(small.translate(_LETTERS_ALONE).split())
    if small.translate(None, _ASCII):
        words.update(small.translate(_BEYOND_ASCII).split())
    return words


class Heard:
    """New lines, and what of them is asked often."""

    def __init__(self, lines: Sequence[bytes]) -> None:
        self.lines = lines
        self.small = b"\n".join(lines).lower()
        """All of them in small letters."""
        self.shapes = list(set(self.small.translate(_SHAPE).split(b"\n")))
        """Their words, each way of putting them once."""


class Cause:
    """A line that may tell why the job hangs."""

    def __init__(self, at: float, place: int, number: Optional[int], line: bytes, *, effect: bool) -> None:
        self.at = at
        """When it was heard."""
        self.place = place
        """Of all lines heard, to put them in order."""
        self.number = number
        self.line = line
        self.effect = effect
        """Whether it mostly follows from another cause."""


class Kinds:
    """The rows of a list such as CAUSES, ready to be asked."""

    def __init__(self, listed: str) -> None:
        causes, _, effects = listed.partition("\neffects\n")
        rows = [(row, kind) for kind, text in enumerate((causes, effects)) for row in re.split("\n|;;", text) if row]
        self.effect = [bool(kind) for _, kind in rows]
        self.asked = [[texts.encode("utf-8").split(b"||") for texts in row.split("&&")] for row, _ in rows]
        self._shaped = [[[_shape_of(text) for text in texts] for texts in asked] for asked in self.asked]
        self._pieces = Pieces()
        self._needs = [[[self._pieces.of(text) for text in texts] for texts in asked] for asked in self.asked]
        self._by_piece: Dict[int, List[int]] = {}
        """Which rows may be there if a piece is: the rarest of each text's."""
        often = collections.Counter(piece for needs in self._needs for pieces in needs[0] for piece in pieces)
        for one, needs in enumerate(self._needs):
            for piece in {min(pieces, key=lambda piece: (often[piece], piece)) for pieces in needs[0]}:
                self._by_piece.setdefault(piece, []).append(one)

    SHAPES_APART = 64
    """Of more shapes the words are asked for together: a row's may then stand in several lines."""

    def likely(self, shapes: Sequence[bytes]) -> Set[int]:
        """Places of the rows that lines of these shapes may have."""
        if len(shapes) > self.SHAPES_APART:
            return set(self._with_words(self._pieces.within(words_of(b"\n".join(shapes))).values()))
        words = {shape: words_of(shape) for shape in shapes}
        known = self._pieces.within(set().union(*words.values()))
        found: Set[int] = set()
        for shape in shapes:
            may_be = self._with_words(known[word] for word in words[shape] if word in known)
            found.update(one for one in may_be if one not in found and _all_in(self._shaped[one], shape))
        return found

    def _with_words(self, pieces_of_words: Iterable[FrozenSet[int]]) -> List[int]:
        """The rows that have all their words among these."""
        pieces: FrozenSet[int] = frozenset().union(*pieces_of_words)
        asked = {one for piece in pieces for one in self._by_piece.get(piece, ())}
        return [one for one in asked if all(any(text <= pieces for text in texts) for texts in self._needs[one])]

    def are_in(self, one: int, small: bytes) -> bool:
        """Whether a line has all that a row asks for."""
        return _all_in(self.asked[one], small)


def _all_in(asked: Sequence[Sequence[bytes]], small: bytes) -> bool:
    return all(any(is_in(text, small) for text in texts) for texts in asked)


def _shape_of(text: bytes) -> bytes:
    """What a line's shape has of a text of CAUSES if the line has the text; an edge that is no letter is none there."""
    bare = text.strip(b"~").translate(_SHAPE)
    begins, ends = (at == b"~" and side != b" " for at, side in ((text[:1], bare[:1]), (text[-1:], bare[-1:])))
    return b"~" * begins + bare + b"~" * ends


class Causes:
    """The first lines of a job's output that may tell a cause, of each kind one."""

    ROWS_TRIED = 40
    """For so many kinds is looked in one part of the output; for those first that were seldom looked for in vain."""
    LINES_TRIED = 64
    """So many lines of it are asked for one of a kind's texts."""

    def __init__(self, kinds: Kinds) -> None:
        self._kinds = kinds
        self._in_vain = [0] * len(kinds.asked)
        self._found: Dict[int, Cause] = {}
        self._heard = 0

    def hear(self, now: float, heard: Heard, numbers: Numbers) -> None:
        """Keep of the lines those that are the first of their kind."""
        likely = [one for one in self._kinds.likely(heard.shapes) if one not in self._found]
        for one in sorted(likely, key=lambda one: (self._in_vain[one], one))[: self.ROWS_TRIED]:
            place = self._first_place(one, heard.small)
            if place is None:
                self._in_vain[one] += 1
            else:
                self._found[one] = Cause(
                    now, self._heard + place, numbers(place), heard.lines[place], effect=self._kinds.effect[one]
                )
        self._heard += len(heard.lines)

    def _first_place(self, one: int, small: bytes) -> Optional[int]:
        """Of the lines the first that has all that is asked for, if one of the first LINES_TRIED has."""
        first = None
        for text in self._kinds.asked[one][0]:
            bare, at = text.strip(b"~"), -1
            for _ in range(self.LINES_TRIED):
                at = small.find(bare, at + 1)
                if at < 0 or (first is not None and at >= first):
                    break
                begin, end = small.rfind(b"\n", 0, at) + 1, small.find(b"\n", at)
                line = small[begin : end if end >= 0 else len(small)]
                if self._kinds.are_in(one, line) and b"nccl info" not in line and not line.endswith(b"(ignored)"):
                    first = begin
                    break
                at = begin + len(line)
        return None if first is None else small.count(b"\n", 0, first)

    def quoted(self, progress_at: float) -> List[Cause]:
        """Those that the job had not long survived: causes before effects, of them the first; in their order."""
        self._found = {one: cause for one, cause in self._found.items() if progress_at - cause.at <= CAUSE_SURVIVED_S}
        found = sorted(self._found.values(), key=lambda cause: not cause.effect)
        each = sorted({cause.place: cause for cause in found}.items())
        ranked = sorted(each, key=lambda pair: (pair[1].effect, pair[0]))
        return [cause for _, cause in sorted(ranked[:CAUSE_LINES], key=lambda pair: pair[0])]


def is_in(text: bytes, small: bytes) -> bool:
    """Whether a text of CAUSES is there, in the middle of words or, where it has a `~`, at their edges alone."""
    bare = text.strip(b"~")
    at = small.find(bare)
    while at >= 0:
        end = at + len(bare)
        begins = text[:1] != b"~" or at == 0 or small[at - 1] not in _IN_WORDS
        if begins and (text[-1:] != b"~" or end == len(small) or small[end] not in _IN_WORDS):
            return True
        at = small.find(bare, end)
    return False


class Finding:
    """Why the job is taken to hang."""

    def __init__(self, reason: str, message: str, groups: Mapping[str, str]) -> None:
        self.reason = reason
        """`lost_rank` or `stalled`."""
        self.message = message
        self.groups = groups


class Watch:
    """Looks at files and decides. Pure but for `files`; `now` is seconds that job and watcher have lived."""

    def __init__(
        self, tails: Sequence[Tail], heartbeats: Optional[Heartbeats], patterns: Patterns, options: Any
    ) -> None:
        self._tails = tails
        self._heartbeats = heartbeats
        self._patterns = patterns
        self._stall_s: float = options.stall_s
        self._lost_rank_s: float = options.lost_rank_s
        self._quote_bytes: int = options.quote_bytes
        self._looked_at = self._progress_at = self._progress_after = 0.0
        """The last output or heartbeat came after the one and was seen at the other of the last two."""
        self._last_lines: Deque[bytes] = collections.deque(maxlen=LAST_LINES)
        self._causes: Optional[Causes] = None
        """Made ready beside the command, for that takes some hundredths of a second."""
        self._lost: Optional[Tuple[float, bytes, Dict[str, str]]] = None
        self._warned = False

    def get_ready(self) -> None:
        """Before the first look."""
        if self._causes is None:
            self._causes = Causes(Kinds(CAUSES if self._quote_bytes > 0 else ""))

    def look(self, now: float) -> Optional[Finding]:
        """What there is to tell, if anything."""
        self.get_ready()
        progress = self._heartbeats.read(now) if self._heartbeats else False
        for tail in self._tails:
            if tail.read(functools.partial(self._hear, now)):
                progress = True
                self._hear_lost(
                    now, Heard(in_utf8([tail.lines.open_line]))
                )  # a launcher may end without ending its line
        if progress:
            self._progress_at, self._progress_after = now, self._looked_at
        self._looked_at = now
        return self._lost_rank(now) or self._stalled(now)

    def _hear(self, now: float, printed: List[bytes], numbers: Numbers) -> None:
        lines = in_utf8(printed)
        heard = Heard(lines)
        self._hear_causes(now, heard, numbers)
        last = itertools.islice((line for line in reversed(lines) if line.strip()), LAST_LINES)
        self._last_lines.extend(reversed(list(last)))
        self._hear_lost(now, heard)

    def _hear_lost(self, now: float, heard: Heard) -> None:
        """The first such line counts; who was lost a later one may say."""
        if not (self._lost and self._lost[2]) and self._patterns.near(heard.shapes):
            for line in heard.lines:
                groups = self._patterns.find(line)
                if groups is not None:
                    self._lost = (now, line, groups) if self._lost is None else (*self._lost[:2], groups)
                    if groups:
                        break

    def _hear_causes(self, now: float, heard: Heard, numbers: Numbers) -> None:
        if self._causes is not None:
            self._causes.hear(now, heard, numbers)

    def _lost_rank(self, now: float) -> Optional[Finding]:
        if self._lost is None:
            return None
        at, line, groups = self._lost
        if self._progress_after >= at + self._lost_rank_s:
            self._lost = None  # the job has gone on without it
            return None
        if now - max(at, self._progress_at) < self._lost_rank_s:
            return None
        return Finding("lost_rank", "a rank was lost and nothing came after it" + self._quoted(line), groups)

    def _stalled(self, now: float) -> Optional[Finding]:
        if self._heartbeats is not None:
            stuck = self._heartbeats.stuck(now, self._stall_s)
            blind = not stuck and not self._heartbeats.any
        else:
            stuck = "no output for {:g} s".format(self._stall_s) if now - self._progress_at >= self._stall_s else ""
            blind = not any(tail.exists for tail in self._tails)
        if blind and not self._warned and now >= self._stall_s:
            say("has seen nothing of the job yet: is the name of --output or --heartbeat right?")
            self._warned = True
        return Finding("stalled", stuck + self._quoted(), {}) if stuck and not blind else None

    def _quoted(self, lost: bytes = b"") -> str:
        """First what may be the cause, then the output's end, which always gets at least half of the bytes."""
        last = list(self._last_lines)
        for tail in self._tails:
            if tail.lines.open_line.strip():
                (line,) = in_utf8([tail.lines.open_line])
                self._hear_causes(self._progress_at, Heard([line]), tail.number)
                last.append(line)
        if lost and lost not in last:
            last.insert(0, lost)
        half = self._quote_bytes // 2
        end = set(_end_of(last, half).split(b"\n"))
        causes: List[bytes] = []
        for cause in self._causes.quoted(self._progress_at) if self._causes else ():
            line = cause.line.strip()[:CAUSE_LINE_BYTES]
            if cause.line not in end and sum(map(len, causes)) + len(line) + 12 * len(causes) < half:
                causes.append(line if cause.number is None else b"%d: %s" % (cause.number, line))
        text = b"\n".join(causes)
        kept = _end_of(last, self._quote_bytes - len(text))
        if not kept:
            return ""
        return (
            ("; causes:\n" + plain(text, half + 256) + "\n" if text else "")
            + "; output: "
            + plain(kept, MESSAGE_BYTES_MAX)
        )


def _end_of(lines: Sequence[bytes], size: int) -> bytes:
    text = b"\n".join(lines)
    return text[-size:] if size > 0 else b""


class Process:
    """A process that must not be taken for a later one with the same number."""

    def __init__(self, pid: int) -> None:
        """Raises UnusableError if there is no such process, or no /proc."""
        self._path = "/proc/{}/stat".format(pid)
        self._born = self._read()[1]
        if not self._born:
            raise UnusableError("/proc has no process {}".format(pid))

    def state(self) -> str:
        """Its state's letter (`T`: stopped); empty if it has ended."""
        letter, born = self._read()
        return letter if born == self._born and letter not in "ZXx" else ""

    def _read(self) -> Tuple[str, str]:
        try:
            with open(self._path, "rb") as file:
                fields = file.read(4096).rpartition(b")")[2].split()
            return fields[0].decode("ascii"), fields[19].decode("ascii")  # proc(5): state, starttime
        except (OSError, IndexError):
            return "", ""


def follow(
    watch: Watch,
    process: Process,
    report: Callable[[Finding], bool],
    poll_s: float,
    monotonic: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
) -> None:
    """Watch until the process has ended, or its failure has been told. A report that cannot be written is tried again.

    Only lived time counts: a gap much longer than the sleep means that this process was stopped, as the job was.
    """
    pause_s = min(poll_s, SLICE_S)
    lived = next_look = 0.0
    last = monotonic()
    while True:
        state = process.state()
        if not state:
            return
        now = monotonic()
        if state not in "Tt":
            lived += min(now - last, 2 * pause_s + 1)
        last = now
        if lived >= next_look:
            finding = watch.look(lived)
            if finding and process.state() and report(finding):
                return
            next_look = lived + max(poll_s, min(LOOK_PAUSES * (monotonic() - now), PAUSE_POLLS_MAX * poll_s))
        sleep(pause_s)


def begin(watch: Watch, process: Process, report: Callable[[Finding], bool], poll_s: float) -> None:
    """Get ready, then follow."""
    watch.get_ready()
    follow(watch, process, report, poll_s)


def append_line(path: str, line: bytes) -> None:
    """Append a line in a single write, so that writers at the same time do not mix. Raises OSError.

    Of a line for which the disk had no more room a part stays, without an end: the next one begins anew behind it.
    Follows no symbolic link, because the directory may be one that everybody may write to.
    """
    flags = os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
    descriptor = os.open(path, os.O_WRONLY | flags, 0o644)
    try:
        whole = b"\n" * has_open_line(path) + line
        if os.write(descriptor, whole) != len(whole):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    finally:
        os.close(descriptor)


def has_open_line(path: str) -> bool:
    """Whether a file's last line has no end, and nobody is just writing it; False if that cannot be seen."""
    seen = _open_end(path)
    if not seen:
        return False
    time.sleep(OPEN_LINE_S)
    return _open_end(path) == seen


def _open_end(path: str) -> int:
    """The size of a file whose last line has no end, else 0."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        return 0
    try:
        size = os.fstat(descriptor).st_size
        return size if size > 0 and os.pread(descriptor, 1, size - 1) != b"\n" else 0
    finally:
        os.close(descriptor)


class Reporter:
    """Writes the one line."""

    def __init__(
        self,
        path: str,
        job: Mapping[str, Any],
        wall_clock: Callable[[], float] = time.time,
        ask: Optional[Callable[[Mapping[str, Any]], Optional[Mapping[str, Any]]]] = None,
    ) -> None:
        """`ask`: what the scheduler says of a job, None for not now; without it what `job` says is all."""
        self._path = path
        self._job = job
        self._wall_clock = wall_clock
        self._ask = ask
        self._message: Optional[str] = None
        self._occurred_at = 0
        self._trouble = ""

    def __call__(self, finding: Finding) -> bool:
        """Whether the failure is told now. Says so, or why not, on standard error."""
        if finding.message != self._message:  # of one that is told late, the time stays that of the failure
            self._message, self._occurred_at = finding.message, int(self._wall_clock())
        if self._ask is not None:
            answered = self._ask(self._job)
            if answered is None:
                return False
            self._job, self._ask = answered, None
        told = dict(self._job, occurred_at=self._occurred_at, reason=finding.reason, emitter=NAME)
        told.update(message=plain(finding.message, MESSAGE_BYTES_MAX))
        told.update({_EVIDENCE[name]: value for name, value in finding.groups.items()})
        try:
            append_line(self._path, json.dumps(told, sort_keys=True).encode("ascii") + b"\n")
        except OSError as error:
            trouble = "cannot write to {}: {}; goes on trying".format(plain(self._path), error.strerror)
            if trouble != self._trouble:
                say(trouble)
            self._trouble = trouble
            return False
        say("told in {}: {}, job {}".format(plain(self._path), finding.reason, told["job_id"]))
        return True


def read_config(path: str) -> Dict[str, str]:
    """`NAME=value` lines, shared by all emitters of a cluster; `#` begins a comment line. No file: nothing set."""
    try:
        with open(path, "rb") as file:
            text = file.read(CONFIG_BYTES_MAX).decode("utf-8", "replace")
    except OSError:
        return {}
    pairs = (line.partition("=") for line in text.splitlines() if "=" in line and not line.lstrip().startswith("#"))
    return {name.strip(): value.strip().strip("\"'") for name, _, value in pairs}


def identify(options: Any, environ: Mapping[str, str], settings: Mapping[str, str]) -> Dict[str, Any]:
    """Who the job is, from options, the scheduler's environment and the settings. Raises UnusableError.

    Second Wind compares start, restarts, node, name and owner with what the scheduler lists, and believes nothing if
    they differ. So only the scheduler's own words are told, and what is not certain is left out. Slurm tells all of it
    (sbatch(1), Output Environment Variables), PBS neither start nor restarts (qsub(1B), Environment Variables).
    """
    slurm = "SLURM_JOB_ID" in environ and "PBS_JOBID" not in environ
    job_id = options.job_id or environ.get("PBS_JOBID") or environ.get("SLURM_JOB_ID", "")
    if slurm and not options.job_id and environ.get("SLURM_ARRAY_TASK_ID"):
        # SLURM_JOB_ID of one element of an array may stand for the whole array (slurm.schedmd.com/prolog_epilog.html)
        job_id = "{}_{}".format(environ.get("SLURM_ARRAY_JOB_ID", job_id), environ["SLURM_ARRAY_TASK_ID"])
    cluster_id = options.cluster_id or settings.get("SECONDWIND_CLUSTER_ID", "")
    if not _JOB_ID.match(job_id) or (slurm and not _JOB_ID.match(environ["SLURM_JOB_ID"])):
        raise UnusableError("no usable job id in --job-id, PBS_JOBID or SLURM_JOB_ID: {!r}".format(plain(job_id)))
    if not _CLUSTER_ID.match(cluster_id):
        raise UnusableError("no usable cluster id in --cluster-id, SECONDWIND_CLUSTER_ID or {}".format(options.config))
    restarts = environ.get("SLURM_RESTART_COUNT", "0") if slurm else None
    told = {
        "schema": "job-failure/1",
        "system": "ehpc",
        "cluster_id": cluster_id,
        "job_id": job_id,
        "region": options.region or settings.get("SECONDWIND_REGION"),
        "started_at": _digits(options.started_at or (environ.get("SLURM_JOB_START_TIME") if slurm else None)),
        "restart_count": _digits(restarts if options.restart_count is None else options.restart_count),
        "node": environ.get("SLURMD_NODENAME") if slurm else _first_node(environ.get("PBS_NODEFILE")),
        "job_name": environ.get("SLURM_JOB_NAME" if slurm else "PBS_JOBNAME"),
        "queue": environ.get("SLURM_JOB_PARTITION" if slurm else "PBS_QUEUE"),
        "owner": _owner(environ.get("SLURM_JOB_USER" if slurm else "PBS_O_LOGNAME")),
        "host": socket.gethostname(),
    }
    return {
        name: value for name, value in ((name, _certain(value)) for name, value in told.items()) if value is not None
    }


def asks(options: Any, environ: Mapping[str, str], job: Mapping[str, Any]) -> bool:
    """Whether Slurm has to be asked.

    Its environment does not always say when the run began (22.05 does not), and leaves it open whether an array's name
    and a count of restarts are this job's.
    """
    by_slurm = "SLURM_JOB_ID" in environ and "PBS_JOBID" not in environ and not options.job_id
    known = "started_at" in job and job["job_id"] == environ["SLURM_JOB_ID"] and not job.get("restart_count")
    return by_slurm and not known


class Slurm:
    """What Slurm itself says of the job, by squeue: a healthy job asks nothing.

    A job starts with the environment of whoever submitted it, and Slurm overwrites what it sets of it alone. So what an
    element of an array submits bears that element's name, and what a restarted job submits bears its count.
    """

    def __init__(self, own_id: str) -> None:
        """`own_id`: SLURM_JOB_ID, which is always the job's own."""
        self._own_id = own_id
        self._asked = 0

    def __call__(self, job: Mapping[str, Any]) -> Optional[Dict[str, Any]]:
        """The job with its own name, count and start; what is not certain is left out. None: ask again later."""
        self._asked += 1
        name, count = job["job_id"], job.get("restart_count", 0)
        sure = self._own_id in (name, name.partition("_")[0])  # an array's id is that of its last element
        if not sure:
            name = self._own_id
        row = self._row(job["job_id"] if sure else self._own_id)
        if row is not None:
            listed, state, start, restarts = row
            told = dict(job, job_id=listed if _JOB_ID.match(listed) else name, restart_count=min(count, restarts))
            if start is not None and state == "RUNNING" and restarts <= count:
                told.setdefault("started_at", start)
            return told
        if not sure and self._asked < ASKED_MAX:
            return None
        if not sure:
            say("Slurm does not say whether the job is {}: told as {}".format(job["job_id"], name))
        return {key: value for key, value in dict(job, job_id=name).items() if key != "restart_count" or not count}

    def _row(self, asked_for: str) -> Optional[Tuple[str, str, Optional[int], int]]:
        """Name, state, start (unix seconds) and restarts of the job, as squeue shows them within ASK_S."""
        command = ["squeue", "--noheader", "--jobs", asked_for, "--Format", SQUEUE_SHOWS]
        environ = {name: value for name, value in os.environ.items() if not name.startswith(SQUEUE_HEARS)}
        environ["SLURM_TIME_FORMAT"] = "%s"
        try:
            squeue = subprocess.Popen(  # noqa: S603 - a list, and the id has been checked
                command,
                env=environ,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )
        except OSError:
            return None
        # Killed with what it has started, or a wrapper's child would keep the pipe open.
        late = threading.Timer(ASK_S, os.killpg, (squeue.pid, signal.SIGKILL))
        late.daemon = True
        late.start()
        with squeue:  # closes the pipe, which ends what has more to say, and waits
            shown = squeue.stdout.read(SQUEUE_BYTES_MAX).decode("ascii", "replace") if squeue.stdout else ""
        late.cancel()
        row = re.compile(SQUEUE_ROW.format(self._own_id), re.MULTILINE)
        found = row.findall(shown) if not squeue.returncode else []
        if len(found) != 1:
            return None
        name, state, start, restarts = found[0]
        return name, state, _digits(start), int(restarts)


def _certain(value: Any) -> Any:
    """The value; of text its head, and None if that is empty or no UTF-8, for its escapes would equal nothing."""
    if not isinstance(value, str):
        return value
    try:
        value.encode("utf-8", "surrogateescape").decode("utf-8")
    except UnicodeError:
        return None
    return plain(value) or None


def _first_node(path: Optional[str]) -> Optional[str]:
    """The job's first node as PBS spells it: first line of PBS_NODEFILE."""
    try:
        with open(path or "", "rb") as file:
            return os.fsdecode(file.readline(NAME_BYTES_MAX).strip())
    except OSError:
        return None


def _owner(told: Optional[str]) -> Optional[str]:
    """The job's owner, if scheduler and operating system agree about it."""
    try:
        return told if told == pwd.getpwuid(os.getuid()).pw_name else None
    except KeyError:
        return told


def _digits(value: Optional[str]) -> Optional[int]:
    return int(value) if value is not None and re.match(r"[0-9]{1,12}\Z", str(value)) else None


class Parser(argparse.ArgumentParser):
    """Raises UnusableError instead of ending the process: a wrong option must not keep the job from running."""

    def error(self, message: str) -> NoReturn:
        """As argparse calls it."""
        raise UnusableError(message + " (see --help)")


def _seconds(text: str) -> float:
    value = float(text)
    if not 0 < value <= SECONDS_MAX:
        raise ValueError(text)
    return value


def parser() -> Parser:
    """The options."""
    made = Parser(prog=NAME, allow_abbrev=False, usage="%(prog)s [OPTION ...] [-- COMMAND ARGUMENT ...]")
    add = made.add_argument
    add("--output", action="append", default=[], metavar="FILE", help="the job's output, default stdout and stderr")
    add("--heartbeat", action="append", default=[], metavar="GLOB", help="files that ranks touch; they decide then")
    add("--ranks", type=int, default=0, metavar="N", help="so many heartbeat files must appear within --stall-s")
    add("--stall-s", type=_seconds, default=1800.0, metavar="S", help="no progress for so long: hangs (default 1800)")
    add("--lost-rank-s", type=_seconds, default=60.0, metavar="S", help="silence after a lost rank (default 60)")
    add("--pattern", action="append", default=[], metavar="REGEX", help="a further line that tells a lost rank")
    add("--only-my-patterns", action="store_true", help="leave out the built-in patterns")
    add("--quote-bytes", type=int, default=3500, metavar="N", help="output told with the failure; 0: none")
    add("--poll-s", type=_seconds, default=5.0, metavar="S", help="between two looks (default 5)")
    add("--pid", type=int, default=0, help="without a command: the process to watch, default the parent")
    add("--cluster-id", help="ehpc-...; default SECONDWIND_CLUSTER_ID from the environment or the settings file")
    add("--region", help="default SECONDWIND_REGION; absent: that of the function")
    add("--job-id", help="default PBS_JOBID or SLURM_JOB_ID")
    add("--restart-count", metavar="N", help="the scheduler's counter, default SLURM_RESTART_COUNT")
    add("--started-at", metavar="UNIX_S", help="start of this run by the scheduler, default SLURM_JOB_START_TIME")
    add("--report-file", metavar="FILE", help="default watcher-<uid>.log in SECONDWIND_REPORT_DIR or " + REPORT_DIR)
    add("--config", default=CONFIG_FILE, metavar="FILE", help="settings of the cluster (default %(default)s)")
    return made


def prepare(arguments: Sequence[str], environ: Mapping[str, str]) -> Tuple[Any, Watch, Reporter]:
    """Options, what to watch and where to tell it. Raises UnusableError."""
    options = parser().parse_args(arguments)
    settings = dict(read_config(options.config), **{name: environ[name] for name in environ if "SECONDWIND" in name})
    if any(environ.get(name, "0") not in ("", "0") for name in ("SLURM_PROCID", "OMPI_COMM_WORLD_RANK", "PMI_RANK")):
        raise UnusableError("")  # not the first rank: one watcher a job is enough, and no line from each
    job = identify(options, environ, settings)
    files = Files()
    heartbeats = Heartbeats(options.heartbeat, options.ranks, files) if options.heartbeat else None
    outputs = options.output or own_outputs()
    if not outputs and heartbeats is None:
        raise UnusableError("standard output is no file: name --output or --heartbeat")
    sources = [] if options.only_my_patterns else list(LOST_RANK)
    try:
        patterns = Patterns(sources + [os.fsencode(text) for text in options.pattern])
    except re.error as error:
        raise UnusableError("--pattern: {}".format(error)) from None
    folder = settings.get("SECONDWIND_REPORT_DIR") or REPORT_DIR
    report_file = options.report_file or os.path.join(folder, "watcher-{}.log".format(os.getuid()))
    if not os.access(report_file if os.path.lexists(report_file) else os.path.dirname(report_file) or ".", os.W_OK):
        say("would not be able to tell a failure: {} is not writable".format(plain(report_file)))
    return (
        options,
        Watch([Tail(path, files) for path in outputs], heartbeats, patterns, options),
        Reporter(report_file, job, ask=Slurm(environ["SLURM_JOB_ID"]) if asks(options, environ, job) else None),
    )


def own_outputs() -> List[str]:
    """Standard output and error, where they are files, as paths that stay good if the files are renamed.

    None if standard output is no file: silence on standard error alone is no sign of a job that hangs.
    """
    paths: Dict[Tuple[int, int], str] = {}
    for descriptor in (1, 2):
        try:
            found = os.fstat(descriptor)
        except OSError:
            break
        if not stat.S_ISREG(found.st_mode):
            break
        paths.setdefault((found.st_dev, found.st_ino), "/proc/self/fd/{}".format(os.dup(descriptor)))
    return list(paths.values())


def parent() -> int:
    """The script that started this. Raises UnusableError if it has ended already and another stands in its place."""
    found = os.getppid()
    try:
        if os.getsid(found) == os.getsid(0):
            return found
    except OSError:
        pass
    raise UnusableError("the script that started it has ended: name --pid")


def start_beside(watch: Callable[[], None]) -> None:
    """Run `watch` in a process that is no child of this one, so that the command never meets it. Raises OSError."""
    child = os.fork()
    if child:
        os.waitpid(child, 0)
        return
    try:
        if os.fork() == 0:
            for number in (signal.SIGINT, signal.SIGQUIT, signal.SIGHUP, signal.SIGUSR1, signal.SIGUSR2):
                signal.signal(number, signal.SIG_IGN)  # meant for the command
            null = os.open(os.devnull, os.O_RDWR)
            os.dup2(null, 0)
            os.dup2(null, 1)
            watch()
    except BaseException as error:  # noqa: BLE001 - beside the job nothing may be raised, only told
        say("stops watching: {!r}".format(error))
    finally:
        os._exit(0)


def first_environment() -> Dict[bytes, bytes]:
    """The environment as this process got it: Python 3.7 and newer may add LC_CTYPE to its own (PEP 538)."""
    try:
        with open("/proc/self/environ", "rb") as file:
            pairs = (entry.partition(b"=") for entry in file.read().split(b"\0") if b"=" in entry)
            return {name: value for name, _, value in pairs}
    except OSError:
        return dict(os.environb)


def become(command: Sequence[str]) -> int:
    """Turn this process into the command; returns only if that fails, with a shell's exit status for it."""
    for number in (signal.SIGPIPE, signal.SIGXFSZ):
        signal.signal(number, signal.SIG_DFL)  # Python ignores them
    try:
        try:
            os.execvpe(command[0], list(command), first_environment())
        except OSError as error:
            if error.errno != errno.ENOEXEC:
                raise
            # A script without `#!`, which every shell and `nohup` would run: so must this.
            script = shutil.which(command[0]) or command[0]
            os.execve("/bin/sh", ["/bin/sh", script, *command[1:]], first_environment())
    except OSError as error:
        say("cannot run {}: {}".format(plain(command[0]), error.strerror))
        return 127 if isinstance(error, FileNotFoundError) else 126


def main(arguments: Sequence[str]) -> int:
    """Exit status: the command's; without one 0, or 2 if nothing can be watched."""
    split = arguments.index("--") if "--" in arguments else len(arguments)
    command = arguments[split + 1 :]
    try:
        options, watch, report = prepare(arguments[:split], os.environ)
        process = Process(os.getpid() if command else options.pid or parent())
        if command:
            start_beside(lambda: begin(watch, process, report, options.poll_s))
        else:
            begin(watch, process, report, options.poll_s)
            return 0
    except SystemExit:  # --help
        if not command:
            raise
    except UnusableError as error:
        if str(error):
            say("does not watch: {}".format(error))
    except Exception as error:  # noqa: BLE001 - whatever it is, the command must run
        say("does not watch: {!r}".format(error))
    return become(command) if command else 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
