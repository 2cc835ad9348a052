package sweeps

import "fmt"

// ProjectRecord turns a record of a task of another block into one of this
// block: rowMap is [Reuse.InnerMap], row of this block -> row of the other or
// -1. It returns nil if the record covers none of this block's rows.
func ProjectRecord(e *Experiment, nFrom int, record []byte, rowMap []int) ([]byte, error) {
	mask, rows, err := DecodeRecord(e, nFrom, record)
	if err != nil {
		return nil, err
	}
	at := rowPositions(nFrom, mask)
	var newMask []int
	var newRows []Row
	for to, from := range rowMap {
		if from >= 0 && at[from] >= 0 {
			newMask = append(newMask, to)
			newRows = append(newRows, rows[at[from]])
		}
	}
	if len(newMask) == 0 {
		return nil, nil
	}
	return EncodeRecord(e, len(rowMap), newMask, newRows), nil
}

// MergeRecords joins two records of one task that cover different inner rows;
// where both cover a row, a's counts.
func MergeRecords(e *Experiment, nInner int, a, b []byte) ([]byte, error) {
	maskA, rowsA, err := DecodeRecord(e, nInner, a)
	if err != nil {
		return nil, fmt.Errorf("first: %w", err)
	}
	maskB, rowsB, err := DecodeRecord(e, nInner, b)
	if err != nil {
		return nil, fmt.Errorf("second: %w", err)
	}
	atA, atB := rowPositions(nInner, maskA), rowPositions(nInner, maskB)
	var mask []int
	var rows []Row
	for i := range nInner {
		switch {
		case atA[i] >= 0:
			mask, rows = append(mask, i), append(rows, rowsA[atA[i]])
		case atB[i] >= 0:
			mask, rows = append(mask, i), append(rows, rowsB[atB[i]])
		}
	}
	return EncodeRecord(e, nInner, mask, rows), nil
}

// MissingRows returns the rows of nInner that a mask does not cover.
func MissingRows(nInner int, mask []int) []int {
	if mask == nil {
		return nil
	}
	var missing []int
	for i, at := range rowPositions(nInner, mask) {
		if at < 0 {
			missing = append(missing, i)
		}
	}
	return missing
}

// rowPositions inverts a mask: inner row -> position among the rows covered.
func rowPositions(nInner int, mask []int) []int {
	at := make([]int, nInner)
	for i := range at {
		at[i] = i
		if mask != nil {
			at[i] = -1
		}
	}
	for i, row := range mask {
		at[row] = i
	}
	return at
}
