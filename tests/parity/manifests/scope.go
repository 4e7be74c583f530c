// SPDX-License-Identifier: Apache-2.0

// Which errors of validation are compared: those of section B. The API server says more of what is inside of
// containers and of what only a pod is made of (B11); such errors are left away, by their field alone.

package main

import (
	"regexp"
	"slices"
	"strings"
)

const (
	invalid      = "FieldValueInvalid"
	required     = "FieldValueRequired"
	forbidden    = "FieldValueForbidden"
	notSupported = "FieldValueNotSupported"
	duplicate    = "FieldValueDuplicate"
	tooLong      = "FieldValueTooLong"
	notFound     = "FieldValueNotFound"
)

// inScope is one row: a field, [] standing for any index, and the types of errors that it must have shown in a run.
type inScope struct {
	field string
	rule  string
	types []string
	maps  bool // its errors come in the order of a Go map
}

const (
	podPath   = "spec.template.spec."
	nodePath  = podPath + "affinity.nodeAffinity."
	required1 = nodePath + "requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms"
	preferred = nodePath + "preferredDuringSchedulingIgnoredDuringExecution[]"
	rolling   = "spec.updateStrategy.rollingUpdate."
)

var scope = []inScope{
	{"metadata.generateName", "B3", []string{invalid}, false},
	{"metadata.name", "B3", []string{required, invalid}, false},
	{"metadata.namespace", "B3", []string{invalid}, false},
	{"metadata.labels", "B4", []string{invalid}, true},
	{"metadata.annotations", "B5", []string{invalid, tooLong}, true},
	{"metadata.ownerReferences", "B6", []string{invalid}, false},
	{"metadata.ownerReferences[]", "B6", []string{invalid}, false},
	{"metadata.ownerReferences[].apiVersion", "B6", []string{required, invalid}, false},
	{"metadata.ownerReferences[].kind", "B6", []string{required}, false},
	{"metadata.ownerReferences[].name", "B6", []string{required}, false},
	{"metadata.ownerReferences[].uid", "B6", []string{required}, false},
	{"metadata.finalizers", "B6", []string{invalid}, false},
	{"metadata.finalizers[]", "B6", []string{invalid}, false},
	{"spec.selector.matchLabels", "B7", []string{invalid}, true},
	{"spec.selector.matchExpressions[].key", "B7", []string{invalid}, false},
	{"spec.selector.matchExpressions[].operator", "B7", []string{invalid}, false},
	{"spec.selector.matchExpressions[].values", "B7", []string{required, forbidden}, false},
	{"spec.selector.matchExpressions[].values[]", "B7", []string{invalid}, false},
	{"spec.template.metadata.labels", "B8", []string{invalid}, false},
	{"spec.selector", "B9", []string{invalid}, false},
	{"spec.template.labels", "B10", []string{invalid}, true},
	{"spec.template.annotations", "B10", []string{invalid, tooLong}, true},
	{"spec.template.annotations[]", "B10", []string{invalid}, true},
	{"spec.template.annotations.*", "B10", []string{invalid}, true},
	{podPath + "containers", "B11.2", []string{required}, false},
	{podPath + "containers[].name", "B11.2", []string{required, invalid, duplicate}, false},
	{podPath + "containers[].image", "B11.2", []string{required}, false},
	{podPath + "containers[].imagePullPolicy", "B11.2", []string{notSupported}, false},
	{podPath + "containers[].terminationMessagePolicy", "B11.2", []string{notSupported}, false},
	{podPath + "containers[].ports[].name", "B11.2", []string{invalid, duplicate}, false},
	{podPath + "containers[].ports[].containerPort", "B11.2", []string{required, invalid}, false},
	{podPath + "containers[].ports[].hostPort", "B11.2, B11.3", []string{invalid, duplicate}, false},
	{podPath + "containers[].ports[].protocol", "B11.2", []string{notSupported}, false},
	{podPath + "initContainers[].name", "B11.2", []string{required, invalid, duplicate}, false},
	{podPath + "initContainers[].image", "B11.2", []string{required}, false},
	{podPath + "initContainers[].imagePullPolicy", "B11.2", []string{notSupported}, false},
	{podPath + "initContainers[].terminationMessagePolicy", "B11.2", []string{notSupported}, false},
	{podPath + "initContainers[].ports[].name", "B11.2", []string{invalid, duplicate}, false},
	{podPath + "initContainers[].ports[].containerPort", "B11.2", []string{required, invalid}, false},
	{podPath + "initContainers[].ports[].hostPort", "B11.2", []string{invalid, duplicate}, false},
	{podPath + "initContainers[].ports[].protocol", "B11.2", []string{notSupported}, false},
	{podPath + "restartPolicy", "B11.4, B13", []string{notSupported}, false},
	{podPath + "dnsPolicy", "B11.4", []string{notSupported}, false},
	{podPath + "dnsConfig.nameservers", "B11.4", []string{required}, false},
	{podPath + "dnsConfig", "B11.4", []string{required}, false},
	{podPath + "nodeSelector", "B11.5", []string{invalid}, true},
	{podPath + "nodeName", "B11.7", []string{invalid}, false},
	{podPath + "activeDeadlineSeconds", "B11.8, B14", []string{invalid, forbidden}, false},
	{podPath + "ephemeralContainers", "B12", []string{forbidden}, false},
	{podPath + "ephemeralContainers[].name", "B12", []string{required, invalid, duplicate}, false},
	{podPath + "ephemeralContainers[].image", "B12", []string{required, invalid}, false},
	{podPath + "ephemeralContainers[].imagePullPolicy", "B12", []string{notSupported}, false},
	{podPath + "ephemeralContainers[].terminationMessagePolicy", "B12", []string{notSupported}, false},
	{podPath + "ephemeralContainers[].targetContainerName", "B12", []string{notFound}, false},
	{podPath + "ephemeralContainers[].ports", "B12", []string{forbidden}, false},
	{podPath + "ephemeralContainers[].ports[].name", "B12", []string{invalid, duplicate}, false},
	{podPath + "ephemeralContainers[].ports[].containerPort", "B12", []string{required, invalid}, false},
	{podPath + "ephemeralContainers[].ports[].hostPort", "B12", []string{invalid}, false},
	{podPath + "ephemeralContainers[].ports[].protocol", "B12", []string{notSupported}, false},
	{"spec.minReadySeconds", "B15", []string{invalid}, false},
	{"spec.updateStrategy", "B16", []string{notSupported}, false},
	{rolling + "maxUnavailable", "B19 to B21", []string{invalid, required}, false},
	{rolling + "maxSurge", "B19 to B21", []string{invalid}, false},
	{"spec.revisionHistoryLimit", "B22", []string{invalid}, false},
	{required1, "B24", []string{required}, false},
	{required1 + "[].matchExpressions[].key", "B25", []string{invalid}, false},
	{required1 + "[].matchExpressions[].operator", "B25", []string{invalid}, false},
	{required1 + "[].matchExpressions[].values", "B25", []string{required, forbidden}, false},
	{required1 + "[].matchExpressions[].values[]", "B25", []string{invalid}, false},
	{required1 + "[].matchFields[].key", "B26", []string{invalid}, false},
	{required1 + "[].matchFields[].operator", "B26", []string{invalid}, false},
	{required1 + "[].matchFields[].values", "B26", []string{required}, false},
	{required1 + "[].matchFields[].values[]", "B26", []string{invalid}, false},
	{preferred + ".weight", "B27", []string{invalid}, false},
	{preferred + ".preference.matchExpressions[].key", "B27", []string{invalid}, false},
	{preferred + ".preference.matchExpressions[].operator", "B27", []string{invalid}, false},
	{preferred + ".preference.matchExpressions[].values", "B27", []string{required, forbidden}, false},
	{preferred + ".preference.matchFields[].key", "B27", []string{invalid}, false},
	{preferred + ".preference.matchFields[].operator", "B27", []string{invalid}, false},
	{preferred + ".preference.matchFields[].values", "B27", []string{required}, false},
	{preferred + ".preference.matchFields[].values[]", "B27", []string{invalid}, false},
	{podPath + "tolerations[].key", "B28", []string{invalid}, false},
	{podPath + "tolerations[].operator", "B28", []string{invalid, notSupported}, false},
	{podPath + "tolerations[].effect", "B28, B29", []string{invalid, notSupported}, false},
}

var (
	rowOf   = map[string]*inScope{}
	indices = regexp.MustCompile(`\[[0-9]+\]|\[.*\]$`) // the latter is a key of annotations
)

func init() {
	for i := range scope {
		rowOf[scope[i].field] = &scope[i]
	}
}

// pattern is a field without its indices and keys.
func pattern(field string) string {
	if strings.HasPrefix(field, "spec.template.annotations.") {
		return "spec.template.annotations.*" // of seccomp, where the key is not in brackets
	}
	if !strings.Contains(field, "[") {
		return field
	}
	return indices.ReplaceAllString(field, "[]")
}

// beside says that an error stands at a field of the table, and is of a rule that section B leaves out: here one on the
// number of name servers.
func beside(e fault) bool { return e.Type == invalid && e.Field == podPath+"dnsConfig.nameservers" }

// within keeps the errors that are compared. Those of maps that follow each other are sorted: any order is right.
func within(errors []fault) (out []fault) {
	var rows []*inScope // of out
	for _, e := range errors {
		row := rowOf[pattern(e.Field)]
		if row == nil || beside(e) {
			continue
		}
		at := len(out)
		for row.maps && at > 0 && rows[at-1] == row && out[at-1].Field+out[at-1].Text > e.Field+e.Text {
			at--
		}
		out, rows = slices.Insert(out, at, e), append(rows, row)
	}
	return out
}
