package assembly

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
)

// ErrForeign is wrapped by the error of a [Write] that would have to replace what no Write made.
var ErrForeign = errors.New(generator + " did not make it")

// Write puts the files of an assembly into dir, which it makes if need be. The directory may hold other files, but none in the
// way: Write replaces and removes only what the manifest that it finds names, and looks at everything before it changes
// anything. A file that has its content already is left alone.
//
// All new content is first written beside its target, then renamed, then what is no longer named goes, and the manifest comes
// last. A crash in between leaves a mixture. So if there are new names, the manifest is first replaced by one that lists the
// old and the new ones as unfinished: [Read] refuses it, and the next Write knows what is its own. If there are none, the old
// manifest does as well.
func Write(dir string, files []File) error {
	if err := checkFiles(files); err != nil {
		return err
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("cannot make the output directory %s: %w; choose another directory", dir, err)
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return fmt.Errorf("cannot open the output directory %s: %w; choose another directory", dir, err)
	}
	defer root.Close() //nolint:errcheck // it is only a handle

	w := &writer{root: root, dir: dir}
	if w.owned, err = w.manifested(); err != nil {
		return err
	}
	changed, err := w.changed(files)
	if err != nil {
		return err
	}
	stale, err := w.stale(files)
	if err != nil {
		return err
	}
	w.sweep(files)
	if err := w.replace(changed, stale); err != nil {
		w.clean()
		return err
	}
	return nil
}

func checkFiles(files []File) error {
	seen := map[string]bool{}
	for _, f := range files {
		if !isLocal(f.Name) {
			return fmt.Errorf("cannot write a file named %q: that is no path inside the output directory", f.Name)
		}
		if seen[f.Name] {
			return fmt.Errorf("cannot write two files named %s", f.Name)
		}
		seen[f.Name] = true
	}
	if len(files) == 0 || files[len(files)-1].Name != manifestName {
		return fmt.Errorf("cannot write an output directory whose last file is not %s", manifestName)
	}
	return nil
}

type writer struct {
	root  *os.Root
	dir   string
	owned map[string]bool // the names that the old manifest calls its own
	grows bool            // some that are to be written are not among those

	staged, made []string // temporary files and directories of this run, to be removed if it fails
}

func (w *writer) fail(verb, name string, err error) error {
	return fmt.Errorf("cannot %s %s: %w", verb, filepath.Join(w.dir, filepath.FromSlash(name)), err)
}

// manifested reads the old manifest.
func (w *writer) manifested() (map[string]bool, error) {
	owned := map[string]bool{}
	info, err := lookAt(w.root, manifestName)
	if err != nil {
		return nil, w.fail("replace", manifestName, err)
	}
	if info == nil {
		return owned, nil
	}
	data, err := readFile(w.root, manifestName)
	if err != nil {
		return nil, w.fail("read", manifestName, err)
	}
	m, err := decodeManifest(data)
	if err != nil {
		return nil, fmt.Errorf("%w; remove it or choose another directory", w.fail("replace", manifestName, err))
	}
	for _, name := range m.files() {
		owned[name] = true
	}
	return owned, nil
}

// changed are the files that are not there yet as they should be. It is an error if a foreign one is there instead.
func (w *writer) changed(files []File) ([]File, error) {
	var changed []File
	for _, f := range files {
		info, err := lookAt(w.root, f.Name)
		if err != nil {
			return nil, w.fail("write", f.Name, err)
		}
		same := false
		if info != nil && info.Size() == int64(len(f.Data)) {
			data, err := readFile(w.root, f.Name)
			if err != nil {
				return nil, w.fail("read", f.Name, err)
			}
			same = bytes.Equal(data, f.Data)
		}
		// A foreign file with the right content is welcome: nothing is lost.
		if info != nil && !same && !w.owned[f.Name] {
			return nil, fmt.Errorf("%w; move it away or choose another directory", w.fail("replace", f.Name, ErrForeign))
		}
		switch {
		case !same || f.Executable && info.Mode()&0o100 == 0:
			changed = append(changed, f)
			w.grows = w.grows || !w.owned[f.Name]
		case f.Name == manifestName && w.grows:
			changed = append(changed, f) // the announcement is about to replace it
		}
	}
	return changed, nil
}

// stale are the files of the old manifest that are there and should no longer be.
func (w *writer) stale(files []File) ([]string, error) {
	wanted := map[string]bool{}
	for _, f := range files {
		wanted[f.Name] = true
	}
	var stale []string
	for _, name := range sortedKeys(w.owned) {
		if wanted[name] {
			continue
		}
		info, err := lookAt(w.root, name)
		if err != nil {
			return nil, w.fail("remove", name, err)
		}
		if info != nil {
			stale = append(stale, name)
		}
	}
	return stale, nil
}

// replace brings the directory to its new state: changed has the manifest last, if at all.
func (w *writer) replace(changed []File, stale []string) error {
	for _, f := range changed {
		if err := w.stage(f, temporary(f.Name)); err != nil {
			return w.fail("write", f.Name, err)
		}
	}
	if w.grows {
		if err := w.announce(changed); err != nil {
			return w.fail("write", manifestName, err)
		}
	}
	content := changed
	if n := len(changed); n > 0 && changed[n-1].Name == manifestName {
		content = changed[:n-1]
	}
	for _, f := range content {
		if err := w.rename(temporary(f.Name), f.Name); err != nil {
			return w.fail("write", f.Name, err)
		}
	}
	for _, name := range stale {
		if err := w.root.Remove(filepath.FromSlash(name)); err != nil {
			return w.fail("remove", name, err)
		}
		w.prune(path.Dir(name))
	}
	if len(content) < len(changed) {
		if err := w.rename(temporary(manifestName), manifestName); err != nil {
			return w.fail("write", manifestName, err)
		}
	}
	return nil
}

// announce replaces the manifest by one that names what is about to be written beside what the old one names.
func (w *writer) announce(changed []File) error {
	names := maps.Clone(w.owned)
	for _, f := range changed {
		names[f.Name] = true
	}
	data, err := encodeJSON(manifest{
		SchemaVersion: schemaVersion,
		Generator:     generator,
		Stacks:        []manifestStack{},
		Pipelines:     []manifestPipeline{},
		Unfinished:    sortedKeys(names),
	})
	if err != nil {
		return err
	}
	if err := w.stage(File{Name: manifestName, Data: data}, announcement()); err != nil {
		return err
	}
	return w.rename(announcement(), manifestName)
}

// temporary is where a file is written first. The name can be told, so that the next run finds what a crash has left.
func temporary(name string) string {
	return path.Join(path.Dir(name), "."+path.Base(name)+".cfnpipe-tmp")
}

// announcement is the temporary file of the manifest that announces; the final one is there already, under its own.
func announcement() string { return temporary("unfinished-" + manifestName) }

// sweep removes temporary files that a crash has left.
func (w *writer) sweep(files []File) {
	names := maps.Clone(w.owned)
	for _, f := range files {
		names[f.Name] = true
	}
	left := []string{announcement()}
	for name := range names {
		left = append(left, temporary(name))
	}
	for _, name := range left {
		if w.root.Remove(filepath.FromSlash(name)) == nil {
			w.prune(path.Dir(name))
		}
	}
}

// stage writes f's content to a temporary file. It must be a new one, so that no link is followed.
func (w *writer) stage(f File, name string) error {
	if err := w.makeDirectories(path.Dir(name)); err != nil {
		return err
	}
	mode := fs.FileMode(0o644)
	if f.Executable {
		mode = 0o755
	}
	file, err := w.root.OpenFile(filepath.FromSlash(name), os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
	if err != nil {
		return err
	}
	w.staged = append(w.staged, name)
	_, err = file.Write(f.Data)
	return errors.Join(err, file.Close())
}

func (w *writer) rename(from, to string) error {
	return w.root.Rename(filepath.FromSlash(from), filepath.FromSlash(to))
}

// makeDirectories is MkdirAll that remembers what it made.
func (w *writer) makeDirectories(dir string) error {
	if dir == "." {
		return nil
	}
	if err := w.makeDirectories(path.Dir(dir)); err != nil {
		return err
	}
	err := w.root.Mkdir(filepath.FromSlash(dir), 0o755)
	if err == nil {
		w.made = append(w.made, dir)
	} else if errors.Is(err, fs.ErrExist) {
		err = nil // lookAt saw that it is a directory
	}
	return err
}

// prune removes directories that have become empty.
func (w *writer) prune(dir string) {
	for ; dir != "."; dir = path.Dir(dir) {
		if w.root.Remove(filepath.FromSlash(dir)) != nil {
			return // others have files in it
		}
	}
}

// clean removes what a failed run leaves: its temporary files, and its directories where nothing is in them.
func (w *writer) clean() {
	for _, name := range w.staged {
		_ = w.root.Remove(filepath.FromSlash(name)) // what was renamed is gone already; the first error is the one to tell
	}
	for _, dir := range slices.Backward(w.made) {
		_ = w.root.Remove(filepath.FromSlash(dir))
	}
}
