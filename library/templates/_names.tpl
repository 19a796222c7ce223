{{/* Names and labels. */}}

{{/* The service's name, which every resource carries. */}}
{{- define "platform.name" -}}
{{- $service := .Values.service | default dict -}}
{{- $name := required "service.name is required" $service.name | toString -}}
{{- if not (regexMatch "^[a-z]([-a-z0-9]{0,51}[a-z0-9])?$" $name) -}}
{{- fail (printf "service.name %q must be at most 53 lower case letters, digits and dashes, and start with a letter" $name) -}}
{{- end -}}
{{- $name -}}
{{- end -}}

{{/* The labels that select the service's pods. They can never change, as a deployment's selector is immutable. */}}
{{- define "platform.selectorLabels" -}}
app.kubernetes.io/name: {{ include "platform.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{/* The labels of every resource. */}}
{{- define "platform.labels" -}}
{{ include "platform.selectorLabels" . }}
{{- with .Values.image.tag }}
app.kubernetes.io/version: {{ . | toString | replace "+" "_" | trunc 63 | trimSuffix "-" | quote }}
{{- end }}
{{- with .Values.service.component }}
app.kubernetes.io/component: {{ . | quote }}
{{- end }}
{{- with .Values.service.partOf }}
app.kubernetes.io/part-of: {{ . | quote }}
{{- end }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- with .Values.service.owner }}
platform/owner: {{ . | quote }}
{{- end }}
{{- with .Values.labels }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{/*
The metadata of a resource: a dict of root, and where they differ from the service's, name, labels and annotations.
The namespace is written out, so that a plain kubectl apply puts the resource where it belongs.
*/}}
{{- define "platform.metadata" -}}
{{- $annotations := merge (dict) (.annotations | default dict) (.root.Values.annotations | default dict) -}}
name: {{ .name | default (include "platform.name" .root) }}
namespace: {{ .root.Release.Namespace }}
labels:
  {{- include "platform.labels" .root | nindent 2 }}
  {{- with .labels }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
{{- with $annotations }}
annotations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end -}}

{{/* The service account's name. */}}
{{- define "platform.serviceAccountName" -}}
{{- if (.Values.serviceAccount).create -}}
{{- (.Values.serviceAccount).name | default (include "platform.name" .) -}}
{{- else -}}
{{- required "serviceAccount.name is required where serviceAccount.create is false" (.Values.serviceAccount).name -}}
{{- end -}}
{{- end -}}

{{/* The name of the config map with the configuration files. */}}
{{- define "platform.configMapName" -}}
{{ include "platform.name" . }}-config
{{- end -}}

{{/* The name of the secret with the secret environment variables. */}}
{{- define "platform.secretName" -}}
{{ include "platform.name" . }}-secrets
{{- end -}}

{{/* The secret in which the certificate is kept: empty where there is none. */}}
{{- define "platform.tlsSecretName" -}}
{{- if (.Values.certificate).enabled -}}
{{- (.Values.certificate).secretName | default (printf "%s-tls" (include "platform.name" .)) -}}
{{- else -}}
{{- (.Values.ingress).tlsSecretName -}}
{{- end -}}
{{- end -}}
