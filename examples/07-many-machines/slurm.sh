#!/bin/bash
# sbatch slurm.sh, and when all parts are done: npx glmm study merge parts/part*.ndjson --out power.json
#SBATCH --job-name=power
#SBATCH --array=1-40
#SBATCH --cpus-per-task=4
#SBATCH --time=01:00:00
#SBATCH --requeue
set -euo pipefail
mkdir -p parts
# --resume: a task that was ended and queued again goes on where it stopped.
npx glmm study power.json --shard "$SLURM_ARRAY_TASK_ID/$SLURM_ARRAY_TASK_COUNT" \
  --threads "$SLURM_CPUS_PER_TASK" --resume --out "parts/part$SLURM_ARRAY_TASK_ID.ndjson"
