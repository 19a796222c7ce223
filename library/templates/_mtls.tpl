{{/* Mutual TLS by Istio: who is spoken to at all, and who may call. */}}

{{- define "platform.mtls" -}}
{{- $root := . -}}
{{- $open := list -}}
{{- range $port, $mode := .Values.mtls.portModes -}}
{{- if ne $mode "STRICT" -}}
{{- $open = append $open $port -}}
{{- end -}}
{{- end -}}
apiVersion: security.istio.io/v1
kind: PeerAuthentication
metadata:
  {{- include "platform.metadata" (dict "root" .) | nindent 2 }}
spec:
  selector:
    matchLabels:
      {{- include "platform.selectorLabels" . | nindent 6 }}
  mtls:
    mode: {{ .Values.mtls.mode | default "STRICT" }}
  {{- with .Values.mtls.portModes }}
  portLevelMtls:
    {{- range $port, $mode := . }}
    {{ $port | quote }}:
      mode: {{ $mode }}
    {{- end }}
  {{- end }}
---
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata:
  {{- include "platform.metadata" (dict "root" .) | nindent 2 }}
spec:
  selector:
    matchLabels:
      {{- include "platform.selectorLabels" . | nindent 6 }}
  action: ALLOW
  rules:
    {{- range .Values.mtls.callers | default (list (dict)) }}
    {{- $namespace := .namespace | default $root.Release.Namespace }}
    - from:
        - source:
            {{- if .serviceAccount }}
            principals:
              - {{ printf "%s/ns/%s/sa/%s" $root.Values.mtls.trustDomain $namespace .serviceAccount | quote }}
            {{- else }}
            namespaces:
              - {{ $namespace | quote }}
            {{- end }}
    {{- end }}
    {{- with $open }}
    - to:
        - operation:
            ports:
              {{- range . }}
              - {{ . | quote }}
              {{- end }}
    {{- end }}
{{- end -}}
