// Package slurm has the batch script that starts workers under Slurm.
package slurm

import _ "embed"

// Workers is a Slurm array whose tasks are workers.
//
//go:embed workers.sbatch
var Workers []byte
