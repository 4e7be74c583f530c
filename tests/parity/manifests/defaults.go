// SPDX-License-Identifier: Apache-2.0

// Which defaults and canonical forms (A) a text was given: what it says is held against the stored object, member by
// member.

package main

import (
	"encoding/json"
	"regexp"
	"strings"

	"k8s.io/apimachinery/pkg/api/resource"
	utilyaml "k8s.io/apimachinery/pkg/util/yaml"
	"sigs.k8s.io/yaml"
)

// change is one place where text and object differ: a value was added, is another now, or is gone.
type change struct {
	path        string // without indices; containers of all kinds are `containers`, probes are `probe`
	before, now any    // nil: absent, or null
}

// defaultRule is a row: which changes count for it.
type defaultRule struct {
	name  string
	path  *regexp.Regexp
	holds func(c change) bool // nil: something was added
}

func at(path string) *regexp.Regexp { return regexp.MustCompile("^" + path + "$") }

func added(c change) bool { return isEmpty(c.before) && c.now != nil }

func addedAs(value any) func(change) bool {
	return func(c change) bool { return added(c) && c.now == value }
}

func gone(value any) func(change) bool {
	return func(c change) bool {
		switch v := c.before.(type) {
		case nil:
			return value == nil && c.now == nil
		case []any:
			return len(v) == 0 && c.now == nil && value == list
		case map[string]any:
			return len(v) == 0 && c.now == nil && value == mapping
		}
		return false
	}
}

const (
	podRule       = `spec\.template\.spec\.`
	containerRule = podRule + `containers\[\]\.`
)

var defaultRules = []defaultRule{
	{"A2 type", at(`spec\.updateStrategy(\.type)?`), added},
	{"A2 history", at(`spec\.revisionHistoryLimit`), addedAs(10.0)},
	{"A3 whole", at(`spec\.updateStrategy(\.rollingUpdate)?`), added},
	{"A3 unavailable", at(`spec\.updateStrategy\.rollingUpdate\.maxUnavailable`), addedAs(1.0)},
	{"A3 surge, A5", at(`spec\.updateStrategy\.rollingUpdate\.maxSurge`), addedAs(0.0)},
	{"A5 unavailable", at(`spec\.updateStrategy\.rollingUpdate\.maxUnavailable`), addedAs(0.0)},
	{"A6 restart", at(podRule + `restartPolicy`), added},
	{"A6 DNS", at(podRule + `dnsPolicy`), added},
	{"A6 scheduler", at(podRule + `schedulerName`), added},
	{"A6 grace", at(podRule + `terminationGracePeriodSeconds`), addedAs(30.0)},
	{"A6 security", at(podRule + `securityContext`), added},
	{"A7 name", at(podRule + `serviceAccountName`), added},
	{"A7 old name", at(podRule + `serviceAccount`), added},
	{"A7 replaced", at(podRule + `serviceAccount`), func(c change) bool { return !isEmpty(c.before) && c.now != nil }},
	{"A8 path", at(containerRule + `terminationMessagePath`), added},
	{"A8 policy", at(containerRule + `terminationMessagePolicy`), added},
	{"A8 protocol", at(containerRule + `ports\[\]\.protocol`), added},
	{"A8 field", at(containerRule + `env\[\]\.valueFrom\.fieldRef\.apiVersion`), added},
	{"A8 file", at(containerRule + `env\[\]\.valueFrom\.fileKeyRef\.optional`), added},
	{"A9 Always", at(containerRule + `imagePullPolicy`), addedAs("Always")},
	{"A9 IfNotPresent", at(containerRule + `imagePullPolicy`), addedAs("IfNotPresent")},
	{"A9 volume", at(podRule + `volumes\[\]\.image\.pullPolicy`), added},
	{"A10 timeout", at(containerRule + `probe\.timeoutSeconds`), added},
	{"A10 period", at(containerRule + `probe\.periodSeconds`), added},
	{"A10 success", at(containerRule + `probe\.successThreshold`), added},
	{"A10 failure", at(containerRule + `probe\.failureThreshold`), added},
	{"A10 path", at(containerRule + `probe\.httpGet\.path`), added},
	{"A10 scheme", at(containerRule + `probe\.httpGet\.scheme`), added},
	{"A10 hook", at(containerRule + `lifecycle\.(postStart|preStop)\.httpGet\.(path|scheme)`), added},
	{"A10 gRPC", at(containerRule + `probe\.grpc\.service`), addedAs("")},
	{"A12 rounded", at(`.*\.(limits|requests|overhead)\..*`), rounded},
	{"A12 canonical", at(`.*\.(limits|requests|overhead)\..*`), func(c change) bool { return c.now != nil && !rounded(c) }},
	{"A13 empty", at(podRule + `volumes\[\]\.emptyDir`), added},
	{"A13 host path", at(podRule + `volumes\[\]\.hostPath\.type`), addedAs("")},
	{"A14 secret", at(podRule + `volumes\[\]\.secret\.defaultMode`), added},
	{"A14 map", at(podRule + `volumes\[\]\.configMap\.defaultMode`), added},
	{"A14 downward", at(podRule + `volumes\[\]\.downwardAPI\.defaultMode`), added},
	{"A14 projected", at(podRule + `volumes\[\]\.projected\.defaultMode`), added},
	{"A14 token", at(podRule + `volumes\[\]\.projected\.sources\[\]\.serviceAccountToken\.expirationSeconds`), addedAs(3600.0)},
	{"A14 item", at(podRule + `volumes\[\]\.downwardAPI\.items\[\]\.fieldRef\.apiVersion`), added},
	{"A14 source's item", at(podRule + `volumes\[\]\.projected\.sources\[\]\.downwardAPI\.items\[\]\.fieldRef\.apiVersion`), added},
	{"A15 iSCSI", at(podRule + `volumes\[\]\.iscsi\.iscsiInterface`), added},
	{"A15 RBD pool", at(podRule + `volumes\[\]\.rbd\.pool`), added},
	{"A15 RBD user", at(podRule + `volumes\[\]\.rbd\.user`), added},
	{"A15 RBD keyring", at(podRule + `volumes\[\]\.rbd\.keyring`), added},
	{"A15 Azure caching", at(podRule + `volumes\[\]\.azureDisk\.cachingMode`), added},
	{"A15 Azure file system", at(podRule + `volumes\[\]\.azureDisk\.fsType`), added},
	{"A15 Azure read-only", at(podRule + `volumes\[\]\.azureDisk\.readOnly`), added},
	{"A15 Azure kind", at(podRule + `volumes\[\]\.azureDisk\.kind`), added},
	{"A15 ScaleIO mode", at(podRule + `volumes\[\]\.scaleIO\.storageMode`), added},
	{"A15 ScaleIO file system", at(podRule + `volumes\[\]\.scaleIO\.fsType`), added},
	{"A15 claim", at(podRule + `volumes\[\]\.ephemeral\.volumeClaimTemplate\.spec(\.volumeMode)?`), added},
	{"A17 null", at(`.*`), gone(nil)},
	{"A17 empty list", at(`.*`), gone(list)},
	{"A17 empty map", at(`.*`), gone(mapping)},
	{"A18", at(`.*\.resourceFieldRef\.divisor`), addedAs("0")},
	{"namespace", at(`metadata\.namespace`), addedAs("default")},
}

func isEmpty(value any) bool {
	return value == nil || value == "" || value == 0.0 || value == false
}

// rounded says that a quantity is not the one that was written (A12).
func rounded(c change) bool {
	written, ok := c.before.(string)
	now, also := c.now.(string)
	if !ok || !also {
		return false
	}
	before, err := resource.ParseQuantity(strings.TrimSpace(written))
	after, err2 := resource.ParseQuantity(now)
	return err == nil && err2 == nil && before.Cmp(after) != 0
}

// seenDefaults are the rows that a text shows, by their index.
func seenDefaults(document, object []byte) []bool {
	out, err := make([]bool, len(defaultRules)), error(nil)
	if !utilyaml.IsJSONBuffer(document) || !json.Valid(document) {
		if document, err = yaml.YAMLToJSON(document); err != nil {
			return out
		}
	}
	var before, now any
	if json.Unmarshal(document, &before) != nil {
		return out // a number beyond float64, in a place where nobody reads it
	}
	must(json.Unmarshal(object, &now))
	visit(before, now, "", func(c change) {
		for i, rule := range defaultRules {
			if !out[i] && rule.path.MatchString(c.path) && rule.holds(c) {
				out[i] = true
			}
		}
	})
	return out
}

// visit finds the changes. What was added or is gone is one change, however much there is in it.
func visit(before, now any, path string, found func(change)) {
	sent, isMap := before.(map[string]any)
	stored, stays := now.(map[string]any)
	if isMap && stays {
		for key, value := range stored {
			visit(sent[key], value, step(path, key), found)
		}
		for key, value := range sent {
			if _, kept := stored[key]; !kept {
				found(change{step(path, key), value, nil})
			}
		}
		return
	}
	items, isList := before.([]any)
	if kept, stays := now.([]any); isList && stays {
		for i := range min(len(items), len(kept)) {
			visit(items[i], kept[i], path+"[]", found)
		}
		return
	}
	if before != now {
		found(change{path, before, now})
	}
}

func step(path, key string) string {
	switch key {
	case "initContainers", "ephemeralContainers":
		key = "containers"
	case "livenessProbe", "readinessProbe", "startupProbe":
		key = "probe"
	}
	if path == "" {
		return key
	}
	return path + "." + key
}
