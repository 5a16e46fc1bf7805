// Package release addresses code by its content: the same files, built the same way, have the same address wherever and whenever it is
// computed.
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

// maxUnzipped is what the code of a function may have unpacked, in bytes (Lambda quotas: 250 MB).
const maxUnzipped = 250 << 20

// addressLength is how many of a hash's hexadecimal digits an address has: 128 bits.
const addressLength = 32

// Tree is the source repository, checked out. It remembers what it has read, because environments share their code.
type Tree struct {
	root        *os.Root
	directories map[string]*directory
}

// New is the source repository in root.
func New(root *os.Root) *Tree { return &Tree{root: root, directories: map[string]*directory{}} }

// Address of code: a key in the bucket of code, or a tag. The error says what is wrong with its directory.
func (t *Tree) Address(c stages.Code) (string, error) {
	d, known := t.directories[c.Path]
	if !known {
		d = &directory{path: path.Clean(c.Path)}
		d.err = d.list(t.root)
		t.directories[c.Path] = d
	}
	if d.err == nil && c.Kind == stages.Zip && d.size > maxUnzipped {
		return "", fmt.Errorf("%s has %d bytes, Lambda allows %d; move data to a bucket, or use an image", d.shown(), d.size, maxUnzipped)
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

// directory is what is known of one in the repository.
type directory struct {
	path  string
	files []file
	size  int64  // of the files together
	sum   []byte // of what is in them, once it was asked for
	err   error
}

// file is one below a directory.
type file struct {
	name   string // from the directory on
	kind   string // file, executable or link
	target string // of a link
}

// shown is what a message calls the directory.
func (d *directory) shown() string {
	if d.path == "." {
		return "the repository"
	}
	return d.path
}

// list finds the files of a directory, sorted: what is checked out, not how it got there, and no empty directories, which git does not know.
func (d *directory) list(root *os.Root) error {
	info, err := root.Stat(d.path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("there is no directory %s; correct the path, or name the directory that it is relative to", d.path)
	case err != nil: // such as a link out of the repository
		return fmt.Errorf("%s cannot be read: %w; name a directory of the repository", d.shown(), reason(err))
	case !info.IsDir():
		return fmt.Errorf("%s is no directory; name the one that holds it", d.path)
	}
	inside, err := root.OpenRoot(d.path)
	if err != nil {
		return fmt.Errorf("%s cannot be read: %w", d.shown(), reason(err))
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
		err = fmt.Errorf("%s is empty; there is nothing to publish", d.shown())
	}
	return err
}

// add looks at a file, but not into it.
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
		if _, err := inside.Stat(name); err != nil { // the directory is published alone, so what is beside it would be missing
			return fmt.Errorf("%s is a symbolic link to %s, which is not in %s; put the file itself there", whole, f.target, d.shown())
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

// hash of the files: their paths, whether they are executable, and their bytes. Times, owners and where the directory is do not count.
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
	_, err = io.CopyBuffer(h, struct{ io.Reader }{f}, buffer) // a file's own WriteTo makes a buffer each time
	return h.Sum(nil), err
}

func (d *directory) unread(name string, err error) error {
	return fmt.Errorf("%s cannot be read: %w", path.Join(d.path, name), reason(err))
}

// field writes a text with its length before it, so that no two lists of texts look the same.
func field(h io.Writer, s string) {
	_ = binary.Write(h, binary.BigEndian, uint64(len(s))) // a hash takes everything
	_, _ = io.WriteString(h, s)
}

// reason is what went wrong, without the path that the message has already.
func reason(err error) error {
	var p *fs.PathError
	if errors.As(err, &p) {
		return p.Err
	}
	return err
}
