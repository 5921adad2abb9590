#!/bin/bash
# REPORTING ONLY: nothing is restarted because of this. When it runs, the job has ended; E-HPC reruns only live jobs, so
# Second Wind answers each of its lines with `ineligible`, reason `job_finished`. It is for the statistics of what fails.
# To have jobs restarted, use stuck_rank_watcher.py, which tells of them while they live.
#
# Appends one job-failure/1 line for each Slurm job that failed. Runs on the head node as SlurmUser, perhaps without a PATH,
# so bash 4 is all it needs (and `tail`, if a line was cut off by a full disk). It always ends with status 0. Slurm can run it in two ways; take one:
#   JobCompType=jobcomp/script    tells every end, TIMEOUT and NODE_FAIL too, with state, start and end.
#   JobCompLoc=<this file>        Restart slurmctld: a reconfigure does not take it up.
#   EpilogSlurmctld=<this file>   where JobCompType is taken. A job that ran out of time or lost its node looks well to it,
#                                 and before Slurm 23.02 it gets no times.
# Variables: https://slurm.schedmd.com/prolog_epilog.html, and src/plugins/jobcomp/script of Slurm's source
#
# /etc/secondwind/emitters.conf (or the file that SECONDWIND_EMITTERS_CONF names) says
#   SECONDWIND_CLUSTER_ID=ehpc-hz-…      SECONDWIND_REPORT_DIR=/var/log/secondwind   (default)
set -u
export LC_ALL=C   # byte by byte, whatever the names are in

setting() {  # NAME DEFAULT: from the environment, else from the settings file, else the default
    local line value=${!1:-}
    if [[ -z $value && -r $conf ]]; then
        while IFS= read -r line || [[ -n $line ]]; do
            if [[ $line == "$1="* ]]; then value=${line#*=}; fi
        done <"$conf"
    fi
    value=${value//[\"\']/}
    printf '%s' "${value:-$2}"
}

json_text() {  # VALUE: as a JSON string of at most 256 bytes; bytes that are no UTF-8 become U+FFFD
    local rest=${1:0:256} out='' byte code size
    local -r tail=$'[\x80-\xbf]'
    while [[ -n $rest ]]; do
        size=1
        byte=${rest:0:1}
        printf -v code '%d' "'$byte"
        (( code &= 255 ))
        if (( code >= 128 )); then
            byte='\ufffd'
            case $rest in
                [$'\xc2'-$'\xdf']$tail*) size=2 ;;
                [$'\xe1'-$'\xec'$'\xee'$'\xef']$tail$tail* | $'\xe0'[$'\xa0'-$'\xbf']$tail* | $'\xed'[$'\x80'-$'\x9f']$tail*) size=3 ;;
                [$'\xf1'-$'\xf3']$tail$tail$tail* | $'\xf0'[$'\x90'-$'\xbf']$tail$tail* | $'\xf4'[$'\x80'-$'\x8f']$tail$tail*) size=4 ;;
            esac
            if (( size > 1 )); then byte=${rest:0:size}; fi
        elif (( code < 32 || code == 127 )) || [[ $byte == '"' || $byte == \\ ]]; then
            printf -v byte '\\u%04x' "$code"
        fi
        out+=$byte
        rest=${rest:size}
    done
    printf '"%s"' "$out"
}

field() {  # NAME VALUE: `,"NAME":"VALUE"`, nothing if there is no value
    if [[ -n $2 && $2 != '(null)' ]]; then printf ',"%s":%s' "$1" "$(json_text "$2")"; fi
}

from_jobcomp() {  # jobcomp/script's names for what EpilogSlurmctld calls otherwise; fails if the job has not failed
    case $JOBSTATE in
        COMPLETED | CANCELLED | PENDING | RUNNING | SUSPENDED | REQUEUED) return 1 ;;
    esac
    emitter=jobcomp_script
    SLURM_JOB_ID=${JOBID:-} SLURM_ARRAY_TASK_ID='' SLURM_ARRAY_JOB_ID=${ARRAYJOBID:-}
    # Of a job that is no array's Slurm sets ARRAYJOBID to 0 and ARRAYTASKID to 4294967294.
    if [[ ${ARRAYJOBID:-0} != 0 ]]; then SLURM_ARRAY_TASK_ID=${ARRAYTASKID:-}; fi
    SLURM_JOB_START_TIME=${START:-} SLURM_JOB_END_TIME=${END:-} SLURM_JOB_RESTART_COUNT=''
    SLURM_JOB_EXIT_CODE2=${EXITCODE:-} SLURM_JOB_DERIVED_EC=${DERIVED_EC:-} SLURM_JOB_NAME=${JOBNAME:-}
    SLURM_JOB_NODELIST=${NODES:-} SLURM_JOB_PARTITION=${PARTITION:-} SLURM_JOB_USER=${USERNAME:-}
}

main() {
    local emitter=epilog_slurmctld
    local conf=${SECONDWIND_EMITTERS_CONF:-/etc/secondwind/emitters.conf} cluster_id report_file job_id line
    if [[ -n ${JOBSTATE:-} ]]; then from_jobcomp || return 0; else [[ ${SLURM_JOB_EXIT_CODE:-0} != 0 ]] || return 0; fi
    cluster_id=$(setting SECONDWIND_CLUSTER_ID '')
    report_file=$(setting SECONDWIND_REPORT_DIR /var/log/secondwind)/epilog-slurmctld.log
    if [[ -z $cluster_id ]]; then
        echo "epilog_slurmctld.sh: no SECONDWIND_CLUSTER_ID" >&2
        return 0
    fi
    job_id=${SLURM_JOB_ID:-}
    if [[ -n ${SLURM_ARRAY_TASK_ID:-} ]]; then
        job_id=${SLURM_ARRAY_JOB_ID:-}_$SLURM_ARRAY_TASK_ID
    fi
    line='{"schema":"job-failure/1","system":"ehpc","has_ended":"true"'$(field emitter "$emitter")
    line+=$(field cluster_id "$cluster_id")$(field region "$(setting SECONDWIND_REGION '')")
    line+=$(field job_id "$job_id")
    line+=$(field occurred_at "${SLURM_JOB_END_TIME:-}")$(field started_at "${SLURM_JOB_START_TIME:-}")
    line+=$(field restart_count "${SLURM_JOB_RESTART_COUNT:-}")
    line+=$(field exit_code "${SLURM_JOB_EXIT_CODE2:-${SLURM_JOB_EXIT_CODE:-}}")
    line+=$(field reason "${JOBSTATE:-}")
    line+=$(field derived_exit_code "${SLURM_JOB_DERIVED_EC:-}")
    line+=$(field node "${SLURM_JOB_NODELIST:-}")$(field job_name "${SLURM_JOB_NAME:-}")
    line+=$(field queue "${SLURM_JOB_PARTITION:-}")$(field owner "${SLURM_JOB_USER:-}")
    if [[ -L $report_file || ( -e $report_file && ! -f $report_file ) ]]; then
        echo "epilog_slurmctld.sh: $report_file is a symbolic link, or no regular file" >&2
        return 0
    fi
    # Behind what a full disk has left of another line this one begins anew.
    if [[ -n $(PATH=/usr/bin:/bin tail -c 1 "$report_file" 2>/dev/null) ]]; then line=$'\n'$line; fi
    printf '%s\n' "$line}" >>"$report_file" || echo "epilog_slurmctld.sh: cannot write to $report_file" >&2
}

main
exit 0
