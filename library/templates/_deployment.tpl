{{/* The deployment: how the pods of the service are replaced. */}}

{{- define "platform.deployment" -}}
{{- if eq .Values.workload "Deployment" -}}
apiVersion: apps/v1
kind: Deployment
metadata:
  {{- include "platform.metadata" (dict "root" .) | nindent 2 }}
spec:
  {{- if not (.Values.autoscaling).enabled }}
  replicas: {{ .Values.replicas }}
  {{- end }}
  minReadySeconds: {{ (.Values.rollout).minReadySeconds }}
  revisionHistoryLimit: {{ (.Values.rollout).revisionHistoryLimit }}
  progressDeadlineSeconds: {{ (.Values.rollout).progressDeadlineSeconds }}
  strategy:
    type: {{ (.Values.rollout).strategy }}
    {{- if eq (.Values.rollout).strategy "RollingUpdate" }}
    rollingUpdate:
      maxSurge: {{ (.Values.rollout).maxSurge }}
      maxUnavailable: {{ (.Values.rollout).maxUnavailable }}
    {{- end }}
  selector:
    matchLabels:
      {{- include "platform.selectorLabels" . | nindent 6 }}
  template:
    {{- include "platform.pod" . | nindent 4 }}
{{- end -}}
{{- end -}}
