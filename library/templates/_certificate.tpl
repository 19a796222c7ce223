{{/* A TLS certificate by cert-manager. */}}

{{/* The names that the certificate is for: those of the ingress, or of the Service inside the cluster. */}}
{{- define "platform.dnsNames" -}}
{{- $name := include "platform.name" . -}}
{{- $names := .Values.certificate.dnsNames -}}
{{- if and (not $names) (.Values.ingress).enabled -}}
{{- range .Values.ingress.hosts -}}
{{- $names = append ($names | default list) .host -}}
{{- end -}}
{{- end -}}
{{- if not $names -}}
{{- $namespace := .Release.Namespace -}}
{{- $names = list $name (printf "%s.%s" $name $namespace) (printf "%s.%s.svc" $name $namespace) -}}
{{- end -}}
{{- range uniq $names }}
- {{ . | quote }}
{{- end }}
{{- end -}}

{{- define "platform.certificate" -}}
apiVersion: cert-manager.io/v1
kind: Certificate
metadata:
  {{- include "platform.metadata" (dict "root" .) | nindent 2 }}
spec:
  secretName: {{ include "platform.tlsSecretName" . }}
  dnsNames:
    {{- include "platform.dnsNames" . | trim | nindent 4 }}
  {{- with .Values.certificate.duration }}
  duration: {{ . }}
  {{- end }}
  {{- with .Values.certificate.renewBefore }}
  renewBefore: {{ . }}
  {{- end }}
  {{- with .Values.certificate.privateKey }}
  privateKey:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  usages:
    - digital signature
    - key encipherment
    - server auth
  issuerRef:
    name: {{ required "certificate.issuer.name is required" (.Values.certificate.issuer).name }}
    {{- with .Values.certificate.issuer.kind }}
    kind: {{ . }}
    {{- end }}
    {{- with .Values.certificate.issuer.group }}
    group: {{ . }}
    {{- end }}
{{- end -}}
