// SPDX-License-Identifier: Apache-2.0

// A NodeList and a PodList as an API server sends them: whole objects, with all that a controller does not read.

package main

import (
	"encoding/json"
	"fmt"

	v1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/intstr"
)

// listText is a list of as many objects as it takes to reach so many bytes.
func listText[T any](kind string, bytes int, object func(int) *T) []byte {
	text := fmt.Appendf(nil, `{"kind":"%sList","apiVersion":"v1","metadata":{"resourceVersion":"123456789"},"items":[`, kind)
	for i := 0; len(text) < bytes; i++ {
		item, err := json.Marshal(object(i))
		must(err)
		if i > 0 {
			text = append(text, ',')
		}
		text = append(text, item...)
	}
	return append(text, "]}\n"...)
}

func listMeta(namespace, name string, i int) metav1.ObjectMeta {
	return metav1.ObjectMeta{Namespace: namespace, Name: name, UID: types.UID(fmt.Sprintf("3f5b3a0e-7c54-4c58-9a53-%012x", i)),
		ResourceVersion: fmt.Sprint(100000000 + i), CreationTimestamp: metav1.NewTime(start), Labels: map[string]string{},
		Annotations: map[string]string{}}
}

// managed is what field managers own of an object, about as much as the object has.
func managed(manager string, fields ...string) metav1.ManagedFieldsEntry {
	at, owned := metav1.NewTime(start), ""
	for i, field := range fields {
		if i > 0 {
			owned += ","
		}
		owned += fmt.Sprintf(`"f:%s":{"f:name":{},"f:status":{},"f:lastTransitionTime":{},"f:lastHeartbeatTime":{}}`, field)
	}
	return metav1.ManagedFieldsEntry{Manager: manager, Operation: "Update", APIVersion: "v1", Time: &at, FieldsType: "FieldsV1",
		FieldsV1: &metav1.FieldsV1{Raw: []byte(`{"f:metadata":{},"f:spec":{` + owned + `}}`)}}
}

func listNode(i int) *v1.Node {
	name := fmt.Sprintf("ip-10-%d-%d-%d.region.compute.example", i>>16, i>>8&255, i&255)
	n := &v1.Node{ObjectMeta: listMeta("", name, i)}
	n.Labels = map[string]string{"kubernetes.io/arch": "amd64", "kubernetes.io/os": "linux", "kubernetes.io/hostname": name,
		"beta.kubernetes.io/arch": "amd64", "beta.kubernetes.io/os": "linux", "node.kubernetes.io/instance-type": "m5.xlarge",
		"topology.kubernetes.io/region": "region", "topology.kubernetes.io/zone": fmt.Sprintf("region-%c", 'a'+i%3)}
	for j := range 14 {
		n.Labels[fmt.Sprintf("nodegroup.example.com/label-%d", j)] = fmt.Sprintf("value-of-%d", j)
		n.Annotations[fmt.Sprintf("agent.example.com/note-%d", j)] = fmt.Sprintf(`{"version":%d,"state":"Done"}`, i+j)
	}
	n.ManagedFields = []metav1.ManagedFieldsEntry{managed("kubelet", "capacity", "conditions", "images", "nodeInfo", "addresses"),
		managed("kube-controller-manager", "podCIDR", "podCIDRs", "taints", "volumesAttached")}
	n.Spec = v1.NodeSpec{PodCIDR: "10.0.0.0/24", PodCIDRs: []string{"10.0.0.0/24"}, ProviderID: "cloud:///region-a/i-" + name,
		Taints: []v1.Taint{{Key: "example.com/dedicated", Value: "batch", Effect: v1.TaintEffectNoSchedule}}}
	n.Status.Capacity = v1.ResourceList{"cpu": resource.MustParse("4"), "memory": resource.MustParse("16089276Ki"),
		"ephemeral-storage": resource.MustParse("83873772Ki"), "pods": resource.MustParse("110")}
	n.Status.Allocatable = n.Status.Capacity
	for _, kind := range []v1.NodeConditionType{"MemoryPressure", "DiskPressure", "PIDPressure", "NetworkUnavailable", "Ready"} {
		n.Status.Conditions = append(n.Status.Conditions, v1.NodeCondition{Type: kind, Status: v1.ConditionFalse,
			LastHeartbeatTime: metav1.NewTime(start), LastTransitionTime: metav1.NewTime(start), Reason: "KubeletHas" + string(kind),
			Message: "kubelet says of this \"condition\" that all is as it should be"})
	}
	n.Status.Addresses = []v1.NodeAddress{{Type: "InternalIP", Address: "10.0.0.1"}, {Type: "Hostname", Address: name}}
	n.Status.NodeInfo = v1.NodeSystemInfo{MachineID: "ec2f1c5d3f0c4d5d8e6a7b8c9d0e1f2a", SystemUUID: "ec2f1c5d-3f0c-4d5d-8e6a-7b8c9d0e1f2a",
		BootID: "0b4c9d2e-5f6a-4b7c-8d9e-0f1a2b3c4d5e", KernelVersion: "6.1.0", OSImage: "Linux", ContainerRuntimeVersion: "containerd://2.1.0",
		KubeletVersion: "v1.37.2", OperatingSystem: "linux", Architecture: "amd64"}
	for j := range 40 {
		image := fmt.Sprintf("registry.example/team/image-%d", j)
		n.Status.Images = append(n.Status.Images, v1.ContainerImage{SizeBytes: int64(10000000 * (j + 1)), Names: []string{
			image + "@sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", image + ":v1.2.3"}})
	}
	return n
}

func listPod(i int) *v1.Pod {
	p := &v1.Pod{ObjectMeta: listMeta("kube-system", fmt.Sprintf("agent-%05x", i), i)}
	p.GenerateName, p.OwnerReferences = "agent-", []metav1.OwnerReference{*metav1.NewControllerRef(
		&metav1.ObjectMeta{Name: "agent", UID: ownUID}, metav1.SchemeGroupVersion.WithKind("DaemonSet"))}
	p.Labels = map[string]string{"app": "agent", "tier": "node", hashLabel: currentHash, generationLabel: "2"}
	p.Annotations["agent.example.com/config"] = "checksum/0123456789abcdef0123456789abcdef"
	p.ManagedFields = []metav1.ManagedFieldsEntry{managed("kube-controller-manager", "affinity", "containers", "dnsPolicy",
		"restartPolicy", "schedulerName", "securityContext", "tolerations", "volumes"), managed("kubelet", "conditions",
		"containerStatuses", "hostIP", "phase", "podIP", "startTime")}
	p.Spec = listPodSpec(fmt.Sprintf("ip-10-%d-%d-%d.region.compute.example", i>>16, i>>8&255, i&255))
	at := metav1.NewTime(start)
	p.Status = v1.PodStatus{Phase: v1.PodRunning, HostIP: "10.0.0.1", PodIP: "10.0.0.2", PodIPs: []v1.PodIP{{IP: "10.0.0.2"}},
		StartTime: &at, QOSClass: v1.PodQOSBurstable}
	for _, kind := range []v1.PodConditionType{"PodReadyToStartContainers", v1.PodInitialized, v1.PodReady, v1.ContainersReady,
		v1.PodScheduled} {
		p.Status.Conditions = append(p.Status.Conditions, v1.PodCondition{Type: kind, Status: v1.ConditionTrue, LastTransitionTime: at})
	}
	for _, c := range p.Spec.Containers {
		yes := true
		p.Status.ContainerStatuses = append(p.Status.ContainerStatuses, v1.ContainerStatus{Name: c.Name, Ready: true, Image: c.Image,
			ImageID:     c.Image + "@sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
			ContainerID: "containerd://e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", Started: &yes,
			State: v1.ContainerState{Running: &v1.ContainerStateRunning{StartedAt: at}}})
	}
	return p
}

func listPodSpec(node string) v1.PodSpec {
	grace, priority, preempt := int64(30), int32(2000001000), v1.PreemptLowerPriority
	spec := v1.PodSpec{NodeName: node, RestartPolicy: "Always", DNSPolicy: "ClusterFirst", SchedulerName: "default-scheduler",
		ServiceAccountName: "agent", DeprecatedServiceAccount: "agent", PriorityClassName: "system-node-critical", Priority: &priority,
		PreemptionPolicy: &preempt, SecurityContext: &v1.PodSecurityContext{}, TerminationGracePeriodSeconds: &grace,
		Affinity: &v1.Affinity{NodeAffinity: &v1.NodeAffinity{RequiredDuringSchedulingIgnoredDuringExecution: &v1.NodeSelector{
			NodeSelectorTerms: []v1.NodeSelectorTerm{{MatchFields: []v1.NodeSelectorRequirement{{Key: "metadata.name",
				Operator: v1.NodeSelectorOpIn, Values: []string{node}}}}}}}}}
	for _, key := range []string{"not-ready", "unreachable", "disk-pressure", "memory-pressure", "pid-pressure", "unschedulable"} {
		spec.Tolerations = append(spec.Tolerations, v1.Toleration{Key: "node.kubernetes.io/" + key, Operator: "Exists", Effect: "NoSchedule"})
	}
	for _, name := range []string{"config", "logs", "run", "token"} {
		spec.Volumes = append(spec.Volumes, v1.Volume{Name: name, VolumeSource: v1.VolumeSource{
			HostPath: &v1.HostPathVolumeSource{Path: "/var/lib/agent/" + name}}})
	}
	for _, name := range []string{"agent", "exporter"} {
		c := v1.Container{Name: name, Image: "registry.example/team/" + name + ":v1.2.3", ImagePullPolicy: "IfNotPresent",
			Args: []string{"--config=/etc/agent/config.yaml", "--log-level=info"}, TerminationMessagePath: "/dev/termination-log",
			TerminationMessagePolicy: "File", Ports: []v1.ContainerPort{{Name: "metrics", ContainerPort: 9100, Protocol: "TCP"}},
			LivenessProbe: &v1.Probe{ProbeHandler: v1.ProbeHandler{HTTPGet: &v1.HTTPGetAction{Path: "/healthz", Port: intstr.FromInt32(9100),
				Scheme: "HTTP"}}, TimeoutSeconds: 1, PeriodSeconds: 10, SuccessThreshold: 1, FailureThreshold: 3}}
		c.Resources.Requests = v1.ResourceList{"cpu": resource.MustParse("100m"), "memory": resource.MustParse("128Mi")}
		for j := range 6 {
			c.Env = append(c.Env, v1.EnvVar{Name: fmt.Sprintf("AGENT_OPTION_%d", j), Value: "value \"in quotes\""})
		}
		for _, volume := range spec.Volumes {
			c.VolumeMounts = append(c.VolumeMounts, v1.VolumeMount{Name: volume.Name, MountPath: "/mnt/" + volume.Name, ReadOnly: true})
		}
		spec.Containers = append(spec.Containers, c)
	}
	return spec
}
