#!/bin/sh
# A sweep as a Slurm job array: one part a task, in a folder of its own, and a page of all when they are done.
#
#   sbatch --array=1-16 lab/slurm-sweep.sh OUT --loss 0,5,10,20,30 --burst 1,3 --seeds 50
#   (when the array is done)  voz-lab report --output OUT/all.html OUT/part*
#
# A task that was stopped, and is put into the queue again, goes on where it was. To send in some parts of the
# 16 again by hand, say how many there are:
#
#   PARTS=16 sbatch --array=3,7 lab/slurm-sweep.sh OUT --loss ...
#SBATCH --job-name=voz-sweep
#SBATCH --cpus-per-task=2
#SBATCH --mem=500M
#SBATCH --requeue
set -eu
if [ $# -lt 1 ] || [ -z "${SLURM_ARRAY_TASK_ID:-}" ]; then
    echo "usage: sbatch --array=1-N slurm-sweep.sh OUT [sweep options]" >&2
    exit 2
fi
out=$1
shift
mkdir -p "$out"
exec "${VOZ_LAB:-voz-lab}" sweep --shard "$SLURM_ARRAY_TASK_ID/${PARTS:-$SLURM_ARRAY_TASK_MAX}" \
    --jobs "${SLURM_CPUS_PER_TASK:-1}" --output "$out/part$SLURM_ARRAY_TASK_ID" --no-report "$@"
