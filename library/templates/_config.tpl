{{/* Configuration files and secret environment variables. */}}

{{- define "platform.configMap" -}}
apiVersion: v1
kind: ConfigMap
metadata:
  {{- include "platform.metadata" (dict "root" . "name" (include "platform.configMapName" .)) | nindent 2 }}
data:
  {{- toYaml .Values.config.files | nindent 2 }}
{{- end -}}

{{- define "platform.secret" -}}
apiVersion: v1
kind: Secret
metadata:
  {{- include "platform.metadata" (dict "root" . "name" (include "platform.secretName" .)) | nindent 2 }}
type: Opaque
data:
  {{- range $name, $value := .Values.secrets }}
  {{ $name }}: {{ include "platform.text" $value | b64enc | quote }}
  {{- end }}
{{- end -}}
