// SPDX-License-Identifier: Apache-2.0

// What stands where: the Go types of Kubernetes' API laid over a tree, so that a mutation knows a port from a label
// and can add fields that exist.

package main

import (
	"reflect"
	"strings"

	apps "k8s.io/api/apps/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
)

var (
	rootType     = reflect.TypeFor[apps.DaemonSet]()
	quantityType = reflect.TypeFor[resource.Quantity]()
	timeType     = reflect.TypeFor[metav1.Time]()
	microType    = reflect.TypeFor[metav1.MicroTime]()
	intOrString  = reflect.TypeFor[intstr.IntOrString]()
	fieldsType   = reflect.TypeFor[metav1.FieldsV1]()
)

// isScalar says that a struct is written as one value.
func isScalar(t reflect.Type) bool {
	return t == quantityType || t == timeType || t == microType || t == intOrString || t == fieldsType
}

// bare takes pointers off.
func bare(t reflect.Type) reflect.Type {
	for t != nil && t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	return t
}

type fieldType struct {
	name string
	of   reflect.Type
}

var fieldsOfType = map[reflect.Type][]fieldType{}

// learn fills the table of fields before there are workers.
func learn(t reflect.Type) {
	t = bare(t)
	switch t.Kind() {
	case reflect.Slice, reflect.Map:
		learn(t.Elem())
	case reflect.Struct:
		if _, known := fieldsOfType[t]; known || isScalar(t) {
			return
		}
		fieldsOfType[t] = nil
		fieldsOfType[t] = jsonFields(t)
		for i := range t.NumField() {
			if t.Field(i).IsExported() {
				learn(t.Field(i).Type)
			}
		}
	}
}

func jsonFields(t reflect.Type) (out []fieldType) {
	for i := range t.NumField() {
		field := t.Field(i)
		name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
		switch {
		case field.Anonymous && name == "":
			out = append(out, jsonFields(bare(field.Type))...)
		case name != "-" && name != "":
			out = append(out, fieldType{name, field.Type})
		}
	}
	return out
}

// part is the type of a member or, with key "", of an item; nil when there is none.
func part(t reflect.Type, key string) reflect.Type {
	if t = bare(t); t == nil {
		return nil
	}
	switch {
	case t.Kind() == reflect.Slice && key == "", t.Kind() == reflect.Map:
		return t.Elem()
	case t.Kind() == reflect.Struct && !isScalar(t):
		for _, field := range fieldsOfType[t] {
			if field.name == key {
				return field.of
			}
		}
	}
	return nil
}

// site is a place in a tree.
type site struct {
	node   *node
	of     reflect.Type // nil: unknown to the API
	name   string       // of the nearest member above
	parent *node        // nil for the root
	index  int          // in the parent's items or members
}

func (s site) isMember() bool { return s.parent != nil && s.parent.kind == mapping }

// is says that a value belongs here that Go holds in that kind.
func (s site) is(kind reflect.Kind) bool {
	t := bare(s.of)
	return t != nil && t.Kind() == kind && !isScalar(t)
}

func sites(n *node, t reflect.Type) (out []site) {
	var visit func(s site)
	visit = func(s site) {
		out = append(out, s)
		for i, item := range s.node.items {
			visit(site{item, part(s.of, ""), s.name, s.node, i})
		}
		for i, m := range s.node.members {
			visit(site{m.value, part(s.of, m.key), m.key, s.node, i})
		}
	}
	visit(site{node: n, of: t})
	return out
}
