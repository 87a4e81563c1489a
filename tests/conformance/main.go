// Checks a ledger that Bulkhead wrote with Go's own note and tlog packages: the checkpoint's
// signature, the tree's root from the tiles, and a proof of every entry and of every older size.
// Usage: conformance LEDGER_FOLDER VERIFIER_KEY
package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

func check(err error, what string) {
	if err != nil {
		fmt.Fprintf(os.Stderr, "%s: %v\n", what, err)
		os.Exit(1)
	}
}

// tileReader reads the C2SP tlog-tiles layout, whose tiles are all of height 8.
type tileReader struct{ folder string }

func (r tileReader) Height() int { return 8 }

func (r tileReader) SaveTiles([]tlog.Tile, [][]byte) {}

func (r tileReader) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	var all [][]byte
	for _, tile := range tiles {
		path := strings.Replace(tile.Path(), "tile/8/", "tile/", 1)
		bytes, err := os.ReadFile(filepath.Join(r.folder, path))
		if err != nil && tile.W < 256 { // a partial file goes when the full one comes
			full := tile
			full.W = 256
			path = strings.Replace(full.Path(), "tile/8/", "tile/", 1)
			bytes, err = os.ReadFile(filepath.Join(r.folder, path))
		}
		if err != nil {
			return nil, err
		}
		all = append(all, bytes[:tile.W*tlog.HashSize])
	}
	return all, nil
}

func main() {
	folder, key := os.Args[1], os.Args[2]
	verifier, err := note.NewVerifier(key)
	check(err, "verifier key")
	text, err := os.ReadFile(filepath.Join(folder, "checkpoint"))
	check(err, "checkpoint")
	opened, err := note.Open(text, note.VerifierList(verifier))
	check(err, "the checkpoint's signature")
	lines := strings.Split(opened.Text, "\n")
	size, err := strconv.ParseInt(lines[1], 10, 64)
	check(err, "size")
	root, err := tlog.ParseHash(lines[2])
	check(err, "root")

	tree := tlog.Tree{N: size, Hash: root}
	reader := tlog.TileHashReader(tree, tileReader{folder})
	derived, err := tlog.TreeHash(size, reader)
	check(err, "root from the tiles")
	if derived != root {
		check(fmt.Errorf("%v, not %v", derived, root), "root from the tiles")
	}

	entries := 0
	for index := int64(0); index < size; index++ {
		leaf, err := reader.ReadHashes([]int64{tlog.StoredHashIndex(0, index)})
		check(err, fmt.Sprint("leaf ", index))
		proof, err := tlog.ProveRecord(size, index, reader)
		check(err, fmt.Sprint("inclusion of ", index))
		check(tlog.CheckRecord(proof, size, root, index, leaf[0]), fmt.Sprint("inclusion of ", index))
		entries++
	}
	older := 0
	for old := int64(1); old <= size; old += 1 + size/200 {
		oldRoot, err := tlog.TreeHash(old, reader)
		check(err, fmt.Sprint("root at ", old))
		proof, err := tlog.ProveTree(size, old, reader)
		check(err, fmt.Sprint("consistency with ", old))
		check(tlog.CheckTree(proof, size, root, old, oldRoot), fmt.Sprint("consistency with ", old))
		older++
	}
	fmt.Printf("x/mod: %s, %d entries: signature, root, %d inclusion and %d consistency proofs hold\n",
		verifier.Name(), size, entries, older)
}
