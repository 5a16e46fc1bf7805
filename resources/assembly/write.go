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

// ErrForeign is wrapped by the error of a [Write] that would replace a file that cfnpipe did not write.
var ErrForeign = errors.New(generator + " did not write it")

// Write writes the files of an assembly into dir, which it creates if necessary. It replaces and removes only files in the existing manifest;
// the directory may contain others. It returns an error, before it changes anything, if another file is in the way. It does not touch a file that
// already has the right content.
//
// Write first writes all new content to temporary files, then renames them, then removes files that are no longer needed, and replaces the
// manifest last. A crash leaves a mixture of old and new files. So if there are new file names, Write first replaces the manifest by one that
// lists the old and the new files as unfinished: [Read] rejects that, and the next Write may replace those files. Without new names, the old
// manifest already lists them all.
func Write(dir string, files []File) error {
	if err := checkFiles(files); err != nil {
		return err
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("cannot create the output directory %s: %w; choose another directory", dir, err)
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return fmt.Errorf("cannot open the output directory %s: %w; choose another directory", dir, err)
	}
	defer root.Close() //nolint:errcheck // it is only a handle

	w := &writer{root: root, dir: dir}
	if w.owned, err = w.ownedFiles(); err != nil {
		return err
	}
	changed, err := w.changedFiles(files)
	if err != nil {
		return err
	}
	stale, err := w.staleFiles(files)
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
			return fmt.Errorf("cannot write a file named %q: it is not a path inside the output directory", f.Name)
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
	owned map[string]bool // the files in the old manifest
	grows bool            // whether a file to be written is not in owned

	staged, made []string // temporary files and directories that this run created, to be removed if it fails
}

func (w *writer) fail(verb, name string, err error) error {
	return fmt.Errorf("cannot %s %s: %w", verb, filepath.Join(w.dir, filepath.FromSlash(name)), err)
}

// ownedFiles returns the names of the files in the old manifest.
func (w *writer) ownedFiles() (map[string]bool, error) {
	owned := map[string]bool{}
	info, err := statRegular(w.root, manifestName)
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

// changedFiles returns the files whose content or mode differs from the directory. It returns an error if a file that is not in the old manifest
// would be replaced.
func (w *writer) changedFiles(files []File) ([]File, error) {
	var changed []File
	for _, f := range files {
		info, err := statRegular(w.root, f.Name)
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
		// A file that is not in the manifest, but has the right content, is no conflict.
		if info != nil && !same && !w.owned[f.Name] {
			return nil, fmt.Errorf("%w; move it or choose another directory", w.fail("replace", f.Name, ErrForeign))
		}
		switch {
		case !same || f.Executable && info.Mode()&0o100 == 0:
			changed = append(changed, f)
			w.grows = w.grows || !w.owned[f.Name]
		case f.Name == manifestName && w.grows:
			changed = append(changed, f) // announce is going to replace it
		}
	}
	return changed, nil
}

// staleFiles returns the existing files of the old manifest that are no longer part of the assembly.
func (w *writer) staleFiles(files []File) ([]string, error) {
	wanted := map[string]bool{}
	for _, f := range files {
		wanted[f.Name] = true
	}
	var stale []string
	for _, name := range sortedKeys(w.owned) {
		if wanted[name] {
			continue
		}
		info, err := statRegular(w.root, name)
		if err != nil {
			return nil, w.fail("remove", name, err)
		}
		if info != nil {
			stale = append(stale, name)
		}
	}
	return stale, nil
}

// replace writes the changed files and removes the stale ones. If the manifest is among the changed files, it is the last.
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

// announce replaces the manifest by one that lists the old files and the files to be written as unfinished.
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

// temporary returns the name of the temporary file for name. The name is predictable, so that the next run can remove it after a crash.
func temporary(name string) string {
	return path.Join(path.Dir(name), "."+path.Base(name)+".cfnpipe-tmp")
}

// announcement returns the name of the temporary file for the manifest that announce writes. The final manifest has another temporary file.
func announcement() string { return temporary("unfinished-" + manifestName) }

// sweep removes the temporary files of a crashed run.
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

// stage writes the content of f to a temporary file, which must not exist: so it follows no symbolic link.
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

// makeDirectories creates dir and its parents, and records those that it created.
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
		err = nil // statRegular made sure that it is a directory
	}
	return err
}

// prune removes dir and its parents while they are empty.
func (w *writer) prune(dir string) {
	for ; dir != "."; dir = path.Dir(dir) {
		if w.root.Remove(filepath.FromSlash(dir)) != nil {
			return // it is not empty
		}
	}
}

// clean removes the temporary files of a failed run, and the directories that it created if they are empty.
func (w *writer) clean() {
	for _, name := range w.staged {
		_ = w.root.Remove(filepath.FromSlash(name)) // a renamed file no longer exists; replace returns the first error
	}
	for _, dir := range slices.Backward(w.made) {
		_ = w.root.Remove(filepath.FromSlash(dir))
	}
}
