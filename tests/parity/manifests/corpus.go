// SPDX-License-Identifier: Apache-2.0

// Where mutations start: every DaemonSet of the corpus of real manifests, and those of seeds/.

package main

import (
	"bytes"
	"embed"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	utilyaml "k8s.io/apimachinery/pkg/util/yaml"
	"sigs.k8s.io/yaml"
)

//go:embed seeds
var ownSeeds embed.FS

// seed is one document.
type seed struct {
	name string
	text []byte // as it stands in its file
	tree *node
}

// documents cuts a text as vectors.md counts documents: at lines that begin with ---. What holds only comments counts, what
// holds nothing does not.
func documents(text []byte) (out [][]byte) {
	if utilyaml.IsJSONBuffer(text) {
		decoder := json.NewDecoder(bytes.NewReader(text))
		for {
			var document json.RawMessage
			if decoder.Decode(&document) != nil {
				return out
			}
			out = append(out, document)
		}
	}
	var current []byte
	cut := func() {
		if len(bytes.TrimSpace(current)) > 0 {
			out = append(out, current)
		}
		current = nil
	}
	for line := range bytes.Lines(text) {
		if bytes.HasPrefix(line, []byte("---")) {
			cut()
		} else {
			current = append(current, line...)
		}
	}
	cut()
	return out
}

// readSeeds takes the DaemonSets of all files of a folder.
func readSeeds(folder string) (out []seed, err error) {
	files, err := filepath.Glob(filepath.Join(folder, "*"))
	if err == nil && len(files) == 0 {
		err = fmt.Errorf("no manifests in %s", folder)
	}
	if err != nil {
		return nil, err
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			return nil, err
		}
		out = append(out, seedsOf(filepath.Base(file), text)...)
	}
	own, err := ownSeeds.ReadDir("seeds")
	must(err)
	for _, entry := range own {
		text, err := ownSeeds.ReadFile("seeds/" + entry.Name())
		must(err)
		out = append(out, seedsOf(entry.Name(), text)...)
	}
	return out, nil
}

func seedsOf(name string, text []byte) (out []seed) {
	for i, document := range documents(text) {
		converted, err := yaml.YAMLToJSON(document)
		if err != nil {
			continue // broken files are for other tests
		}
		tree, err := parse(converted)
		must(err)
		label := fmt.Sprintf("%s#%d", name, i)
		if kindOf := tree.get("kind"); kindOf != nil && kindOf.text == "DaemonSet" {
			out = append(out, seed{label, document, tree})
		}
		for j, item := range itemsOf(tree) {
			if kindOf := item.get("kind"); kindOf != nil && kindOf.text == "DaemonSet" {
				out = append(out, seed{fmt.Sprintf("%s.%d", label, j), write(item, form{json: true}), item})
			}
		}
	}
	return out
}

// itemsOf are those of a list; its own kind, as in DaemonSetList, is that of items that do not say theirs.
func itemsOf(tree *node) (out []*node) {
	items := tree.get("items")
	if items == nil {
		return nil
	}
	kindOf, version := tree.get("kind"), tree.get("apiVersion")
	for _, item := range items.items {
		item = item.clone()
		if kindOf != nil && kindOf.text == "DaemonSetList" {
			item.set("kind", "DaemonSet")
			item.set("apiVersion", version.clone())
		}
		out = append(out, item)
	}
	return slices.Clip(out)
}
