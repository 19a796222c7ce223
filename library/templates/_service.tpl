{{/* The Service: one name and address for the pods. Nothing for a service that nobody calls. */}}

{{- define "platform.service" -}}
{{- if and .Values.service.enabled .Values.service.ports -}}
apiVersion: v1
kind: Service
metadata:
  {{- include "platform.metadata" (dict "root" . "annotations" .Values.service.annotations) | nindent 2 }}
spec:
  type: {{ .Values.service.type }}
  {{- if .Values.service.headless }}
  clusterIP: None
  {{- end }}
  ports:
    {{- range .Values.service.ports }}
    - name: {{ .name }}
      port: {{ .port }}
      targetPort: {{ .name }}
      protocol: {{ .protocol | default "TCP" }}
      {{- with .appProtocol }}
      appProtocol: {{ . }}
      {{- end }}
      {{- with .nodePort }}
      nodePort: {{ . }}
      {{- end }}
    {{- end }}
  selector:
    {{- include "platform.selectorLabels" . | nindent 4 }}
{{- end -}}
{{- end -}}
