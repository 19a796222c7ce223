{{/* The stateful set: pods with names and volumes of their own. */}}

{{- define "platform.statefulSet" -}}
{{- if eq .Values.workload "StatefulSet" -}}
apiVersion: apps/v1
kind: StatefulSet
metadata:
  {{- include "platform.metadata" (dict "root" .) | nindent 2 }}
spec:
  {{- if not (.Values.autoscaling).enabled }}
  replicas: {{ .Values.replicas }}
  {{- end }}
  serviceName: {{ include "platform.name" . }}
  podManagementPolicy: {{ (.Values.statefulSet).podManagementPolicy }}
  minReadySeconds: {{ (.Values.rollout).minReadySeconds }}
  revisionHistoryLimit: {{ (.Values.rollout).revisionHistoryLimit }}
  persistentVolumeClaimRetentionPolicy:
    whenDeleted: {{ (.Values.statefulSet).claimsWhenDeleted }}
    whenScaled: {{ (.Values.statefulSet).claimsWhenScaled }}
  selector:
    matchLabels:
      {{- include "platform.selectorLabels" . | nindent 6 }}
  template:
    {{- include "platform.pod" . | nindent 4 }}
  {{- if .Values.claims }}
  volumeClaimTemplates:
    {{- range $name, $claim := .Values.claims }}
    - apiVersion: v1
      kind: PersistentVolumeClaim
      metadata:
        name: {{ $name }}
        {{- with $claim.annotations }}
        annotations:
          {{- toYaml . | nindent 10 }}
        {{- end }}
      spec:
        {{- include "platform.claimSpec" (dict "name" $name "claim" $claim) | nindent 8 }}
    {{- end }}
  {{- end }}
{{- end -}}
{{- end -}}
