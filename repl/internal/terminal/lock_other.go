//go:build !unix

package terminal

import "os"

// lockFile does nothing here: appending alone keeps whole lines apart.
func lockFile(*os.File) error { return nil }
