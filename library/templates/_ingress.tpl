{{/* The way in from outside, with TLS from the certificate's secret. */}}

{{- define "platform.ingress" -}}
{{- $root := . -}}
{{- $name := include "platform.name" . -}}
{{- if not (and .Values.service.enabled .Values.service.ports) -}}
{{- fail "ingress.enabled needs a Service: set service.enabled and service.ports" -}}
{{- end -}}
{{- $port := (first .Values.service.ports).name -}}
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  {{- include "platform.metadata" (dict "root" . "annotations" .Values.ingress.annotations) | nindent 2 }}
spec:
  {{- with .Values.ingress.className }}
  ingressClassName: {{ . }}
  {{- end }}
  {{- with include "platform.tlsSecretName" . }}
  tls:
    - hosts:
        {{- range $root.Values.ingress.hosts }}
        - {{ .host | quote }}
        {{- end }}
      secretName: {{ . }}
  {{- end }}
  rules:
    {{- range required "ingress.hosts is required where ingress is enabled" .Values.ingress.hosts }}
    - host: {{ required "every entry of ingress.hosts needs a host" .host | quote }}
      http:
        paths:
          {{- range .paths | default (list (dict "path" "/")) }}
          - path: {{ .path }}
            pathType: {{ .pathType | default "Prefix" }}
            backend:
              service:
                name: {{ $name }}
                port:
                  name: {{ .port | default $port }}
          {{- end }}
    {{- end }}
{{- end -}}
