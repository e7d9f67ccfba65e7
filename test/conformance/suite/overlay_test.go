package suite

import (
	"embed"
	"errors"
	"io/fs"
)

//go:embed manifests
var ourFiles embed.FS

// overlay is a file system in which files of `over` stand in for those of the same name in `under`. The suite itself
// appends files of one name to each other.
type overlay struct{ over, under fs.FS }

func (o overlay) Open(name string) (fs.File, error) {
	file, err := o.over.Open(name)
	if errors.Is(err, fs.ErrNotExist) {
		return o.under.Open(name)
	}
	return file, err
}

// only is the part of a file system that lies in one folder.
type only struct {
	folder string
	files  fs.FS
}

func (o only) Open(name string) (fs.File, error) {
	if name != o.folder && !isBelow(name, o.folder) {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
	}
	return o.files.Open(name)
}

func isBelow(name, folder string) bool {
	return len(name) > len(folder) && name[:len(folder)] == folder && name[len(folder)] == '/'
}

// ours are our manifests: `base/` for every run, `tests/` for the L4 variants.
func ours() fs.FS {
	files, err := fs.Sub(ourFiles, "manifests")
	if err != nil {
		panic(err)
	}
	return files
}
