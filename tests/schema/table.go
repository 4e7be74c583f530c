// SPDX-License-Identifier: Apache-2.0

// Go's types as rows of the table. What a row cannot say is an error: nothing is left out in silence.

package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/api/resource"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/intstr"
)

// field is a row of dset_schema_fields.
type field struct {
	name, goName, goType string
	kind, shape          string
	of                   reflect.Type // of STRUCT
	index                int          // in the Go struct
	omit, roundUp        bool
	fallback             *string
}

// table is all types in the order in which they are found from the roots.
type table struct {
	types  []reflect.Type
	fields map[reflect.Type][]*field
}

func newTable() *table {
	return &table{fields: map[reflect.Type][]*field{}}
}

// leaves are the types that JSON does not show the fields of.
var leaves = map[reflect.Type]string{
	reflect.TypeFor[intstr.IntOrString]():   "INT_OR_STRING",
	reflect.TypeFor[resource.Quantity]():    "QUANTITY",
	reflect.TypeFor[meta.Time]():            "TIME",
	reflect.TypeFor[meta.MicroTime]():       "MICRO_TIME",
	reflect.TypeFor[meta.FieldsV1]():        "RAW",
	reflect.TypeFor[runtime.RawExtension](): "RAW",
}

var scalars = map[reflect.Kind]string{
	reflect.String: "STRING",
	reflect.Bool:   "BOOL",
	reflect.Int32:  "INT32",
	reflect.Int64:  "INT64",
}

// add puts a struct and all that it leads to into the table.
func (t *table) add(of reflect.Type) error {
	if _, known := t.fields[of]; known {
		return nil
	}
	if of.Size() == 0 {
		return fmt.Errorf("%v is empty: a pointer to it is not told from others (G6)", of)
	}
	if of.Implements(marshaler) || reflect.PointerTo(of).Implements(marshaler) {
		return fmt.Errorf("%v writes its JSON itself", of)
	}
	t.types = append(t.types, of)
	t.fields[of] = nil
	for i := range of.NumField() {
		f, err := newField(of.Field(i))
		if err != nil {
			return fmt.Errorf("%v: %w", of, err)
		}
		if f == nil {
			continue
		}
		f.index = i
		t.fields[of] = append(t.fields[of], f)
		if f.kind == "STRUCT" {
			if err := t.add(f.of); err != nil {
				return err
			}
		}
	}
	return nil
}

// checkOmitted holds `omit` against what the JSON of an empty struct shows.
func (t *table) checkOmitted() error {
	for _, of := range t.types {
		text, err := json.Marshal(reflect.Zero(of).Interface())
		if err != nil {
			return err
		}
		shown := map[string]any{}
		if err := json.Unmarshal(text, &shown); err != nil {
			return err
		}
		if always := t.always(of); !slices.Equal(always, slices.Sorted(maps.Keys(shown))) {
			return fmt.Errorf("%v writes %s when it is empty, not %v", of, text, always)
		}
	}
	return nil
}

// always is the fields that are never left out, in order of their names.
func (t *table) always(of reflect.Type) (names []string) {
	for _, f := range t.fields[of] {
		if f.shape == "INLINE" {
			names = append(names, t.always(f.of)...)
		} else if !f.omit {
			names = append(names, f.name)
		}
	}
	slices.Sort(names)
	return names
}

var marshaler = reflect.TypeFor[json.Marshaler]()

// newField is nil for a field that JSON never has.
func newField(of reflect.StructField) (*field, error) {
	tag := of.Tag.Get("json")
	if tag == "-" {
		return nil, nil
	}
	name, options, _ := strings.Cut(tag, ",")
	f := &field{name: name, goName: of.Name, goType: of.Type.String()}
	item := of.Type
	switch f.shape = "PLAIN"; {
	case name == "" && of.Anonymous:
		f.shape = "INLINE"
	case name == "" || !of.IsExported():
		return nil, fmt.Errorf("%s has no name in JSON", of.Name)
	case item.Kind() == reflect.Pointer:
		f.shape, item = "POINTER", item.Elem()
	case item.Kind() == reflect.Slice:
		f.shape, item = "LIST", item.Elem()
	case item.Kind() == reflect.Map && item.Key().Kind() == reflect.String:
		f.shape, item = "MAP", item.Elem()
	}
	f.kind = kindOf(item)
	if f.kind == "" || f.shape == "INLINE" && f.kind != "STRUCT" {
		return nil, fmt.Errorf("%s: the table cannot say %v", of.Name, of.Type)
	}
	if f.kind == "STRUCT" {
		f.of = item
	}
	for option := range strings.SplitSeq(options, ",") {
		switch option {
		case "", "inline":
		case "omitempty":
			f.omit = f.omit || of.Type.Kind() != reflect.Struct
		case "omitzero":
			f.omit = true
		default:
			return nil, fmt.Errorf("%s: JSON option %q", of.Name, option)
		}
	}
	f.omit = f.omit && f.shape != "INLINE"
	return f, nil
}

func kindOf(item reflect.Type) string {
	if kind := leaves[item]; kind != "" {
		return kind
	}
	if item.Kind() == reflect.Struct {
		return "STRUCT"
	}
	return scalars[item.Kind()]
}
