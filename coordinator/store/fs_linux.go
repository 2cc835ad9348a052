package store

import (
	"fmt"
	"syscall"
)

const errQuota = syscall.EDQUOT

// Magic numbers of statfs(2) for file systems whose locks and syncs depend on a server.
var networkFileSystems = map[uint32]string{
	0x6969:     "NFS",
	0x0BD00BD0: "Lustre",
	0xFF534D42: "CIFS",
	0xFE534D42: "SMB2",
	0x517B:     "SMB",
	0x00C36400: "Ceph",
	0x47504653: "GPFS",
	0x65735546: "FUSE",
	0x19830326: "BeeGFS",
	0x01021997: "9P",
}

// FileSystemWarning says what is doubtful about keeping a database in dir; "" if nothing is.
func FileSystemWarning(dir string) string {
	var st syscall.Statfs_t
	if err := syscall.Statfs(dir, &st); err != nil {
		return ""
	}
	name, ok := networkFileSystems[uint32(st.Type)]
	if !ok {
		return ""
	}
	return fmt.Sprintf("%s is on %s: file locks and syncs are only as good as its server, and commits are slow; prefer a local disk and gardner backup", dir, name)
}
