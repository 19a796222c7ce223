{{/* The pods of the service, whatever runs them. */}}

{{/* The pods' annotations, with checksums of what they read at their start: a change there restarts them. */}}
{{- define "platform.podAnnotations" -}}
{{- with (.Values.config).files }}
checksum/config: {{ toYaml . | sha256sum }}
{{- end }}
{{- with .Values.secrets }}
checksum/secrets: {{ toYaml . | sha256sum }}
{{- end }}
{{- with (.Values.pod).annotations }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{/* Spreads the pods of one version, so that an update does not count the old ones. */}}
{{- define "platform.topologySpreadConstraints" -}}
{{- $root := . -}}
{{- range (.Values.topologySpread).topologyKeys }}
- maxSkew: {{ ($root.Values.topologySpread).maxSkew }}
  topologyKey: {{ . }}
  whenUnsatisfiable: {{ ($root.Values.topologySpread).whenUnsatisfiable }}
  labelSelector:
    matchLabels:
      {{- include "platform.selectorLabels" $root | nindent 6 }}
  matchLabelKeys:
    - {{ eq $root.Values.workload "StatefulSet" | ternary "controller-revision-hash" "pod-template-hash" }}
{{- end }}
{{- end -}}

{{/*
Containers as Kubernetes takes them, with the main container's rights where they say nothing of theirs.
A loop and not sprig's merge, which takes false for nothing said.
*/}}
{{- define "platform.containers" -}}
{{- $root := .root -}}
{{- $containers := list -}}
{{- range .containers -}}
{{- $rights := dict -}}
{{- range $key, $value := $root.Values.securityContext -}}
{{- $_ := set $rights $key $value -}}
{{- end -}}
{{- range $key, $value := .securityContext -}}
{{- $_ := set $rights $key $value -}}
{{- end -}}
{{- $container := dict -}}
{{- range $key, $value := . -}}
{{- $_ := set $container $key $value -}}
{{- end -}}
{{- if $rights -}}
{{- $_ := set $container "securityContext" $rights -}}
{{- end -}}
{{- $containers = append $containers $container -}}
{{- end -}}
{{- toYaml $containers -}}
{{- end -}}

{{/* Who a pod is and what it may do, for the service's pods and those of its jobs. */}}
{{- define "platform.podStart" -}}
serviceAccountName: {{ include "platform.serviceAccountName" . }}
automountServiceAccountToken: {{ (.Values.serviceAccount).automountToken }}
{{- with .Values.image.pullSecrets }}
imagePullSecrets:
  {{- range . }}
  - name: {{ . }}
  {{- end }}
{{- end }}
{{- with (.Values.pod).securityContext }}
securityContext:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with (.Values.pod).priorityClassName }}
priorityClassName: {{ . }}
{{- end }}
{{- end -}}

{{/* Which nodes a pod may run on. */}}
{{- define "platform.podNodes" -}}
{{- with (.Values.pod).nodeSelector -}}
nodeSelector:
  {{- toYaml . | nindent 2 }}
{{ end -}}
{{- with (.Values.pod).tolerations -}}
tolerations:
  {{- toYaml . | nindent 2 }}
{{ end -}}
{{- with (.Values.pod).affinity -}}
affinity:
  {{- toYaml . | nindent 2 }}
{{ end -}}
{{- end -}}

{{/* The template of the pods. */}}
{{- define "platform.pod" -}}
metadata:
  labels:
    {{- include "platform.labels" . | nindent 4 }}
    {{- with (.Values.pod).labels }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
  {{- with include "platform.podAnnotations" . }}
  annotations:
    {{- . | trim | nindent 4 }}
  {{- end }}
spec:
  {{- include "platform.podStart" . | nindent 2 }}
  terminationGracePeriodSeconds: {{ (.Values.pod).terminationGracePeriodSeconds }}
  {{- with (.Values.pod).initContainers }}
  initContainers:
    {{- include "platform.containers" (dict "root" $ "containers" .) | nindent 4 }}
  {{- end }}
  containers:
    {{- include "platform.container" . | nindent 4 }}
    {{- with (.Values.pod).sidecars }}
    {{- include "platform.containers" (dict "root" $ "containers" .) | nindent 4 }}
    {{- end }}
  {{- with include "platform.volumes" . }}
  volumes:
    {{- . | trim | nindent 4 }}
  {{- end }}
  {{- with include "platform.podNodes" . }}
  {{- . | trim | nindent 2 }}
  {{- end }}
  {{- if (.Values.topologySpread).enabled }}
  {{- with include "platform.topologySpreadConstraints" . }}
  topologySpreadConstraints:
    {{- . | trim | nindent 4 }}
  {{- end }}
  {{- end }}
{{- end -}}
