{{/* The main container. */}}

{{/* The image with its registry, tag and digest. */}}
{{- define "platform.image" -}}
{{- $image := .Values.image -}}
{{- $repository := required "image.repository is required" $image.repository -}}
{{- if not (or $image.tag $image.digest) -}}
{{- fail "image.tag or image.digest is required: without one the latest image runs, whatever it is" -}}
{{- end -}}
{{- with $image.registry }}{{ trimSuffix "/" . }}/{{ end -}}
{{- $repository -}}
{{- with $image.tag }}:{{ . }}{{ end -}}
{{- with $image.digest }}@{{ . }}{{ end -}}
{{- end -}}

{{/*
A scalar as text. A number of values.yaml is a float to the template language, which prints
1048576 as 1.048576e+06; toJson prints its digits.
*/}}
{{- define "platform.text" -}}
{{- if kindIs "string" . }}{{ . }}{{ else }}{{ toJson . }}{{ end -}}
{{- end -}}

{{/* The environment variables, sorted by name. */}}
{{- define "platform.env" -}}
{{- include "platform.variables" (dict "all" (list .Values.env)) -}}
{{- end -}}

{{/* The variables of several maps, of which later ones win: a dict of all. */}}
{{- define "platform.variables" -}}
{{- $variables := dict -}}
{{- range .all -}}
{{- range $name, $value := . -}}
{{- $_ := set $variables $name $value -}}
{{- end -}}
{{- end -}}
{{- range $name, $value := $variables }}
- name: {{ $name }}
  {{- if kindIs "map" $value }}
  {{- toYaml $value | nindent 2 }}
  {{- else }}
  value: {{ include "platform.text" $value | quote }}
  {{- end }}
{{- end }}
{{- end -}}

{{/* Whole config maps and secrets as environment variables. */}}
{{- define "platform.envFrom" -}}
{{- with .Values.envFrom }}
{{ toYaml . }}
{{- end }}
{{- if .Values.secrets }}
- secretRef:
    name: {{ include "platform.secretName" . }}
{{- end }}
{{- $root := . }}
{{- range $name, $secret := .Values.externalSecrets }}
{{- if $secret.environment }}
- secretRef:
    name: {{ include "platform.externalSecretName" (dict "root" $root "name" $name) }}
{{- end }}
{{- end }}
{{- end -}}

{{/* The ports that the container listens on. */}}
{{- define "platform.containerPorts" -}}
{{- range .Values.service.ports }}
- name: {{ required "every port of service.ports needs a name" .name }}
  containerPort: {{ .targetPort | default .port }}
  protocol: {{ .protocol | default "TCP" }}
{{- end }}
{{- end -}}

{{/* Where the container sees its volumes. */}}
{{- define "platform.volumeMounts" -}}
{{- if (.Values.temporary).enabled }}
- name: temporary
  mountPath: {{ (.Values.temporary).mountPath }}
{{- end }}
{{- if (.Values.config).files }}
- name: config
  mountPath: {{ (.Values.config).mountPath }}
  readOnly: true
{{- end }}
{{- range $name, $claim := .Values.claims }}
- name: {{ $name }}
  mountPath: {{ required (printf "claims.%s.mountPath is required" $name) $claim.mountPath }}
  {{- with $claim.subPath }}
  subPath: {{ . }}
  {{- end }}
  {{- if $claim.readOnly }}
  readOnly: true
  {{- end }}
{{- end }}
{{- with .Values.volumeMounts }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{/* The volumes of the pod. */}}
{{- define "platform.volumes" -}}
{{- if (.Values.temporary).enabled }}
- name: temporary
  emptyDir:
    sizeLimit: {{ (.Values.temporary).sizeLimit }}
{{- end }}
{{- if (.Values.config).files }}
- name: config
  configMap:
    name: {{ include "platform.configMapName" . }}
{{- end }}
{{- if ne .Values.workload "StatefulSet" }}
{{- $service := include "platform.name" . }}
{{- range $name, $claim := .Values.claims }}
- name: {{ $name }}
  persistentVolumeClaim:
    claimName: {{ $service }}-{{ $name }}
{{- end }}
{{- end }}
{{- with .Values.volumes }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{/* The main container as an entry of containers. */}}
{{- define "platform.container" -}}
- name: {{ include "platform.name" . }}
  image: {{ include "platform.image" . | quote }}
  imagePullPolicy: {{ .Values.image.pullPolicy }}
  {{- with .Values.command }}
  command:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with .Values.args }}
  args:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with include "platform.env" . }}
  env:
    {{- . | trim | nindent 4 }}
  {{- end }}
  {{- with include "platform.envFrom" . }}
  envFrom:
    {{- . | trim | nindent 4 }}
  {{- end }}
  {{- with include "platform.containerPorts" . }}
  ports:
    {{- . | trim | nindent 4 }}
  {{- end }}
  {{- with (.Values.probes).startup }}
  startupProbe:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with (.Values.probes).readiness }}
  readinessProbe:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with (.Values.probes).liveness }}
  livenessProbe:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with (.Values.pod).preStopSleepSeconds }}
  lifecycle:
    preStop:
      sleep:
        seconds: {{ . }}
  {{- end }}
  {{- with .Values.resources }}
  resources:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with .Values.securityContext }}
  securityContext:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with include "platform.volumeMounts" . }}
  volumeMounts:
    {{- . | trim | nindent 4 }}
  {{- end }}
{{- end -}}
