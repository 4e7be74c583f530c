// SPDX-License-Identifier: Apache-2.0

// What the API server of Kubernetes does with the text of one manifest that `kubectl apply --validate=strict` sends:
//
//	text -> strict decoding -> namespace -> defaults -> internal object -> validation
//	                                                          |
//	                                                          v
//	                          JSON, revision data, hash <- storage <- v1 object
//
// Every step is Kubernetes' own code. What the server adds to what was sent (uid, times, generation, managed fields,
// an empty status, A20 to A22) is not: the object is the one that was sent.

package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	apps "k8s.io/api/apps/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	serializer "k8s.io/apimachinery/pkg/runtime/serializer/json"
	utiljson "k8s.io/apimachinery/pkg/util/json"
	"k8s.io/apimachinery/pkg/util/yaml"
	"k8s.io/kubernetes/pkg/api/legacyscheme"
	"k8s.io/kubernetes/pkg/api/pod"
	internal "k8s.io/kubernetes/pkg/apis/apps"
	_ "k8s.io/kubernetes/pkg/apis/apps/install"
	"k8s.io/kubernetes/pkg/apis/apps/validation"
	_ "k8s.io/kubernetes/pkg/apis/core/install"
	"k8s.io/kubernetes/pkg/capabilities"
	"k8s.io/kubernetes/pkg/controller"
)

// fault is one error of validation.
type fault struct {
	Type  string `json:"type"`
	Field string `json:"field"`
	Text  string `json:"text"`
}

// answer is what either side says of one text.
type answer struct {
	decode   string   // why there is no object; "" when there is one
	strict   []string // `unknown field "a.b"`, `duplicate field "a"`, or the text of a duplicate key in YAML
	errors   []fault
	object   []byte
	revision []byte
	hash     string
	timed    bool   // the hash depends on more than the template, see hasTimes
	odd      string // what must not be, whatever the other side says
}

// upstream holds the codecs.
type upstream struct{ json, yaml *serializer.Serializer }

func newUpstream() *upstream {
	scheme := legacyscheme.Scheme
	codec := func(isYAML bool) *serializer.Serializer {
		return serializer.NewSerializerWithOptions(serializer.DefaultMetaFactory, scheme, scheme,
			serializer.SerializerOptions{Yaml: isYAML, Strict: true})
	}
	capabilities.Setup(true, 0) // privileged containers are allowed, as everywhere where DaemonSets are of use
	return &upstream{json: codec(false), yaml: codec(true)}
}

// ask does all steps.
func (u *upstream) ask(text []byte) (a *answer) {
	defer func() {
		if p := recover(); p != nil {
			a = &answer{decode: fmt.Sprint("panic: ", p)}
		}
	}()
	ds, strict, err := u.decode(text)
	ds, strict, err = u.sent(text, ds, strict, err)
	if err != nil {
		return &answer{decode: err.Error()}
	}
	a = &answer{strict: strict}
	if ds.Namespace == "" {
		ds.Namespace = "default"
	}
	legacyscheme.Scheme.Default(ds)
	server := &internal.DaemonSet{}
	if err = legacyscheme.Scheme.Convert(ds, server, nil); err != nil {
		return &answer{decode: err.Error()}
	}
	a.store(seen(ds, server))
	a.errors = validate(server)
	return a
}

// decode is also what kubectl does first: it wants apiVersion and kind, spelled like this.
func (u *upstream) decode(text []byte) (ds *apps.DaemonSet, strict []string, err error) {
	codec := u.yaml
	if yaml.IsJSONBuffer(text) && json.Valid(text) { // a flow mapping begins like JSON, too
		codec = u.json
	}
	object, _, err := codec.Decode(text, nil, nil)
	if found, ok := runtime.AsStrictDecodingError(err); ok {
		strict = texts(found.Errors())
	} else if err != nil {
		return nil, nil, err
	}
	ds, ok := object.(*apps.DaemonSet)
	switch {
	case !ok:
		return nil, nil, errors.New("not apps/v1")
	case ds.Kind == "" || ds.APIVersion == "":
		return nil, nil, errors.New("kind or apiVersion is missing")
	}
	return ds, strict, nil
}

func texts(of []error) (out []string) {
	for _, err := range of {
		out = append(out, err.Error())
	}
	return out
}

// sent decodes JSON once more, as kubectl sends it: read into an untyped tree and written from there, it has the last of
// equal keys alone, sorted ones, and numbers that were doubles in between. What strict decoding says of repeated keys is
// what it says of the text.
func (u *upstream) sent(text []byte, ds *apps.DaemonSet, strict []string, err error) (*apps.DaemonSet, []string, error) {
	var untyped any
	if !yaml.IsJSONBuffer(text) || !json.Valid(text) || utiljson.Unmarshal(text, &untyped) != nil {
		return ds, strict, err
	}
	again, broken := json.Marshal(untyped)
	must(broken)
	if err != nil { // unless it is of a value that another one with the same key has replaced
		tree, broken := parse(text)
		must(broken)
		tree.keepLast()
		if _, _, err = u.decode(write(tree, form{json: true})); err != nil {
			return nil, nil, err
		}
		ds, _, err = u.decode(again)
		return ds, []string{vague}, err
	}
	ds, others, failed := u.decode(again)
	if failed != nil {
		return nil, nil, failed
	}
	strict = slices.DeleteFunc(strict, func(s string) bool { return !strings.HasPrefix(s, "duplicate field ") })
	return ds, append(strict, others...), nil
}

// vague stands for strict errors that were not collected.
const vague = "some strict error"

// validate is what the registry's strategy does with an object to create; it changes the object first (A20). The
// strategy's package itself would bring half an API server along.
func validate(server *internal.DaemonSet) (out []fault) {
	server.Status, server.Generation = internal.DaemonSetStatus{}, 1
	server.Spec.TemplateGeneration = max(server.Spec.TemplateGeneration, 1)
	pod.DropDisabledTemplateFields(&server.Spec.Template, nil)

	options := pod.GetValidationOptionsFromPodTemplate(&server.Spec.Template, nil)
	for _, err := range validation.ValidateDaemonSet(server, options) {
		out = append(out, fault{Type: string(err.Type), Field: err.Field, Text: err.ErrorBody()})
	}
	return out
}

// seen is the v1 object that a client reads; without the annotation that every DaemonSet has (A21), unless it was sent.
func seen(sent *apps.DaemonSet, server *internal.DaemonSet) *apps.DaemonSet {
	out := &apps.DaemonSet{TypeMeta: sent.TypeMeta}
	must(legacyscheme.Scheme.Convert(server, out, nil))
	if _, found := sent.Annotations[apps.DeprecatedTemplateGeneration]; !found {
		delete(out.Annotations, apps.DeprecatedTemplateGeneration)
	}
	bytes, err := out.Marshal()
	must(err)
	stored := &apps.DaemonSet{TypeMeta: sent.TypeMeta}
	must(stored.Unmarshal(bytes))
	return stored
}

// store is what becomes of the object: its JSON, and the revision that the controller makes of it (G4, G6).
func (a *answer) store(ds *apps.DaemonSet) {
	var err error
	a.object, err = json.Marshal(ds)
	must(err)
	a.revision = revisionData(ds)
	a.hash = controller.ComputeHash(&ds.Spec.Template, ds.Status.CollisionCount)
	a.timed = hasTimes(&ds.Spec.Template.ObjectMeta)
	for _, volume := range ds.Spec.Template.Spec.Volumes {
		if claim := volume.Ephemeral; claim != nil && claim.VolumeClaimTemplate != nil {
			a.timed = a.timed || hasTimes(&claim.VolumeClaimTemplate.ObjectMeta)
		}
	}
}

// hasTimes says that the template has a time in its metadata: the hash is then one of the time zone tables of the
// controller's process, too, and of what it did before.
func hasTimes(meta *metav1.ObjectMeta) bool {
	return !meta.CreationTimestamp.IsZero() || meta.DeletionTimestamp != nil ||
		slices.ContainsFunc(meta.ManagedFields, func(f metav1.ManagedFieldsEntry) bool { return f.Time != nil })
}

// revisionData goes the controller's way: through the whole object's JSON, read back untyped.
func revisionData(ds *apps.DaemonSet) []byte {
	text, err := json.Marshal(ds)
	must(err)
	var raw map[string]any
	must(utiljson.Unmarshal(text, &raw))
	template := raw["spec"].(map[string]any)["template"].(map[string]any)
	template["$patch"] = "replace"
	data, err := json.Marshal(map[string]any{"spec": map[string]any{"template": template}})
	must(err)
	return data
}
