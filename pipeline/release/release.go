// Package release computes the addresses of code from its content: the same files, built the same way, have the same address on every machine and at
// any time.
package release

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"strings"

	"github.com/cfnpipe/cfnpipe/stages"
)

// maxUnzipped is the limit of the unzipped code of a function in bytes (Lambda quotas: 250 MB).
const maxUnzipped = 250 << 20

// addressLength is the number of hexadecimal digits of the hash in an address: 128 bits.
const addressLength = 32

// Tree is the checked-out source repository. It caches the directories that it has read, because environments share code.
type Tree struct {
	root        *os.Root
	directories map[string]*directory
}

// New returns the Tree of the repository in root.
func New(root *os.Root) *Tree { return &Tree{root: root, directories: map[string]*directory{}} }

// Address returns the address of code: a key in the bucket for code, or the tag of an image. The error says what is wrong with the directory of the
// code.
func (t *Tree) Address(c stages.Code) (string, error) {
	d, known := t.directories[c.Path]
	if !known {
		d = &directory{path: path.Clean(c.Path)}
		d.err = d.list(t.root)
		t.directories[c.Path] = d
	}
	if d.err == nil && c.Kind == stages.Zip && d.size > maxUnzipped {
		return "", fmt.Errorf("%s has %d bytes; the Lambda limit is %d; move data to a bucket, or use an image", d.displayName(), d.size, maxUnzipped)
	}
	if d.err == nil && d.sum == nil {
		d.sum, d.err = d.hash(t.root)
	}
	if d.err != nil {
		return "", d.err
	}
	h := sha256.New()
	for _, s := range append([]string{string(c.Kind), string(d.sum)}, c.Inputs...) {
		field(h, s)
	}
	return c.Address(hex.EncodeToString(h.Sum(nil))[:addressLength]), nil
}

// directory is a directory of the repository.
type directory struct {
	path  string
	files []file
	size  int64  // of all files, in bytes
	sum   []byte // hash of the files; nil if it is not needed yet
	err   error
}

// file is a file in a directory, at any depth.
type file struct {
	name   string // path in the directory
	kind   string // file, executable or link
	target string // of a link
}

// displayName returns the name of the directory, for messages.
func (d *directory) displayName() string {
	if d.path == "." {
		return "the repository"
	}
	return d.path
}

// list lists the files of a directory, sorted. It leaves out the data of git, and empty directories, which git does not store.
func (d *directory) list(root *os.Root) error {
	info, err := root.Stat(d.path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("the directory %s does not exist; correct the path, or set --release to the directory that it is relative to", d.path)
	case err != nil: // such as a symbolic link out of the repository
		return fmt.Errorf("%s cannot be read: %w; name a directory of the repository", d.displayName(), reason(err))
	case !info.IsDir():
		return fmt.Errorf("%s is not a directory; name the directory that contains it", d.path)
	}
	inside, err := root.OpenRoot(d.path)
	if err != nil {
		return fmt.Errorf("%s cannot be read: %w", d.displayName(), reason(err))
	}
	defer inside.Close() //nolint:errcheck // only read from
	err = fs.WalkDir(inside.FS(), ".", func(name string, e fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return d.unread(name, err)
		case e.Name() == ".git" && e.IsDir():
			return fs.SkipDir
		case e.IsDir() || e.Name() == ".git": // a file in the work trees and submodules of git
			return nil
		}
		return d.add(inside, name)
	})
	if err == nil && len(d.files) == 0 {
		err = fmt.Errorf("%s is empty, so there is nothing to publish", d.displayName())
	}
	return err
}

// add adds a file to the list, without reading its content.
func (d *directory) add(inside *os.Root, name string) error {
	whole := path.Join(d.path, name)
	info, err := inside.Lstat(name)
	if err != nil {
		return d.unread(name, err)
	}
	f := file{name: name, kind: "file"}
	switch {
	case strings.ContainsAny(name, "\r\n"): // lists of files have one on each line
		return fmt.Errorf("%q has a line break in its name; rename it", whole)
	case info.Mode()&fs.ModeSymlink != 0:
		f.kind = "link"
		if f.target, err = inside.Readlink(name); err != nil {
			return d.unread(name, err)
		}
		if _, err := inside.Stat(name); err != nil { // only this directory is published, so the target would be missing
			return fmt.Errorf("%s is a symbolic link to %s, which is not in %s; replace the link by the file", whole, f.target, d.displayName())
		}
	case !info.Mode().IsRegular():
		return fmt.Errorf("%s is neither a file nor a directory; remove it", whole)
	default:
		d.size += info.Size()
		if info.Mode()&0o111 != 0 {
			f.kind = "executable"
		}
	}
	d.files = append(d.files, f)
	return nil
}

// hash returns the hash of the files: their paths, whether they are executable, and their content. It ignores times, owners and the location of the
// directory.
func (d *directory) hash(root *os.Root) ([]byte, error) {
	h, buffer := sha256.New(), make([]byte, 64<<10)
	for _, f := range d.files {
		content := f.target
		if f.kind != "link" {
			sum, err := hashFile(root, path.Join(d.path, f.name), buffer)
			if err != nil {
				return nil, d.unread(f.name, err)
			}
			content = string(sum)
		}
		field(h, f.name)
		field(h, f.kind)
		field(h, content)
	}
	return h.Sum(nil), nil
}

func hashFile(root *os.Root, name string, buffer []byte) ([]byte, error) {
	f, err := root.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close() //nolint:errcheck // only read from
	h := sha256.New()
	_, err = io.CopyBuffer(h, struct{ io.Reader }{f}, buffer) // WriteTo of a file would allocate a buffer each time
	return h.Sum(nil), err
}

// unread returns an error for a file that cannot be read.
func (d *directory) unread(name string, err error) error {
	return fmt.Errorf("%s cannot be read: %w", path.Join(d.path, name), reason(err))
}

// field writes a text after its length, so that different lists of texts have different hashes.
func field(h io.Writer, s string) {
	_ = binary.Write(h, binary.BigEndian, uint64(len(s))) // writing to a hash returns no error
	_, _ = io.WriteString(h, s)
}

// reason returns the cause of an error without the path, which the message contains already.
func reason(err error) error {
	var p *fs.PathError
	if errors.As(err, &p) {
		return p.Err
	}
	return err
}
