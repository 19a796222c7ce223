{{/* What operators make of the service: scraping by Prometheus, secrets from outside the cluster. */}}

{{- define "platform.serviceMonitor" -}}
{{- $monitor := .Values.serviceMonitor -}}
{{- if not (and .Values.service.enabled .Values.service.ports) -}}
{{- fail "serviceMonitor.enabled needs a Service: set service.enabled and service.ports" -}}
{{- end -}}
apiVersion: monitoring.coreos.com/v1
kind: ServiceMonitor
metadata:
  {{- include "platform.metadata" (dict "root" . "labels" $monitor.labels) | nindent 2 }}
spec:
  selector:
    matchLabels:
      {{- include "platform.selectorLabels" . | nindent 6 }}
  endpoints:
    - port: {{ $monitor.port | default (first .Values.service.ports).name }}
      {{- with $monitor.path }}
      path: {{ . }}
      {{- end }}
      {{- with $monitor.interval }}
      interval: {{ . }}
      {{- end }}
      {{- with $monitor.scrapeTimeout }}
      scrapeTimeout: {{ . }}
      {{- end }}
{{- end -}}

{{/* The name of the secret that an entry of externalSecrets fills: a dict of root and name. */}}
{{- define "platform.externalSecretName" -}}
{{ include "platform.name" .root }}-{{ .name }}
{{- end -}}

{{- define "platform.externalSecrets" -}}
{{- $root := . -}}
{{- range $short, $secret := .Values.externalSecrets }}
{{- $name := include "platform.externalSecretName" (dict "root" $root "name" $short) }}
---
apiVersion: external-secrets.io/v1
kind: ExternalSecret
metadata:
  {{- include "platform.metadata" (dict "root" $root "name" $name "annotations" $secret.annotations) | nindent 2 }}
spec:
  refreshInterval: {{ $secret.refreshInterval | default "1h" }}
  secretStoreRef:
    name: {{ required (printf "externalSecrets.%s.store.name is required" $short) ($secret.store).name }}
    kind: {{ ($secret.store).kind | default "ClusterSecretStore" }}
  target:
    name: {{ $name }}
    creationPolicy: Owner
  {{- with $secret.data }}
  data:
    {{- range $key, $from := . }}
    - secretKey: {{ $key | quote }}
      remoteRef:
        {{- toYaml $from | nindent 8 }}
    {{- end }}
  {{- end }}
  {{- with $secret.extract }}
  dataFrom:
    {{- range . }}
    - extract:
        key: {{ . | quote }}
    {{- end }}
  {{- end }}
{{- end }}
{{- end -}}

{{/* Manifests that the service team wrote itself. */}}
{{- define "platform.extraManifests" -}}
{{- range .Values.extraManifests }}
---
{{ toYaml . }}
{{- end }}
{{- end -}}
