{{/* The deployment: the pods of the service and how they are replaced. */}}

{{/* The pods' annotations, with checksums of what they read at their start: a change there restarts them. */}}
{{- define "platform.podAnnotations" -}}
{{- with .Values.config.files }}
checksum/config: {{ toYaml . | sha256sum }}
{{- end }}
{{- with .Values.secrets }}
checksum/secrets: {{ toYaml . | sha256sum }}
{{- end }}
{{- with .Values.pod.annotations }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{/* Spreads the pods of one version, so that an update does not count the old ones. */}}
{{- define "platform.topologySpreadConstraints" -}}
{{- $root := . -}}
{{- range .Values.topologySpread.topologyKeys }}
- maxSkew: {{ $root.Values.topologySpread.maxSkew }}
  topologyKey: {{ . }}
  whenUnsatisfiable: {{ $root.Values.topologySpread.whenUnsatisfiable }}
  labelSelector:
    matchLabels:
      {{- include "platform.selectorLabels" $root | nindent 6 }}
  matchLabelKeys:
    - pod-template-hash
{{- end }}
{{- end -}}

{{- define "platform.deployment" -}}
apiVersion: apps/v1
kind: Deployment
metadata:
  {{- include "platform.metadata" (dict "root" .) | nindent 2 }}
spec:
  {{- if not .Values.autoscaling.enabled }}
  replicas: {{ .Values.replicas }}
  {{- end }}
  minReadySeconds: {{ .Values.rollout.minReadySeconds }}
  revisionHistoryLimit: {{ .Values.rollout.revisionHistoryLimit }}
  progressDeadlineSeconds: {{ .Values.rollout.progressDeadlineSeconds }}
  strategy:
    type: {{ .Values.rollout.strategy }}
    {{- if eq .Values.rollout.strategy "RollingUpdate" }}
    rollingUpdate:
      maxSurge: {{ .Values.rollout.maxSurge }}
      maxUnavailable: {{ .Values.rollout.maxUnavailable }}
    {{- end }}
  selector:
    matchLabels:
      {{- include "platform.selectorLabels" . | nindent 6 }}
  template:
    metadata:
      labels:
        {{- include "platform.labels" . | nindent 8 }}
        {{- with .Values.pod.labels }}
        {{- toYaml . | nindent 8 }}
        {{- end }}
      {{- with include "platform.podAnnotations" . }}
      annotations:
        {{- . | trim | nindent 8 }}
      {{- end }}
    spec:
      serviceAccountName: {{ include "platform.serviceAccountName" . }}
      automountServiceAccountToken: {{ .Values.serviceAccount.automountToken }}
      {{- with .Values.image.pullSecrets }}
      imagePullSecrets:
        {{- range . }}
        - name: {{ . }}
        {{- end }}
      {{- end }}
      {{- with .Values.pod.securityContext }}
      securityContext:
        {{- toYaml . | nindent 8 }}
      {{- end }}
      {{- with .Values.pod.priorityClassName }}
      priorityClassName: {{ . }}
      {{- end }}
      terminationGracePeriodSeconds: {{ .Values.pod.terminationGracePeriodSeconds }}
      {{- with .Values.pod.initContainers }}
      initContainers:
        {{- toYaml . | nindent 8 }}
      {{- end }}
      containers:
        {{- include "platform.container" . | nindent 8 }}
        {{- with .Values.pod.sidecars }}
        {{- toYaml . | nindent 8 }}
        {{- end }}
      {{- with include "platform.volumes" . }}
      volumes:
        {{- . | trim | nindent 8 }}
      {{- end }}
      {{- with .Values.pod.nodeSelector }}
      nodeSelector:
        {{- toYaml . | nindent 8 }}
      {{- end }}
      {{- with .Values.pod.tolerations }}
      tolerations:
        {{- toYaml . | nindent 8 }}
      {{- end }}
      {{- with .Values.pod.affinity }}
      affinity:
        {{- toYaml . | nindent 8 }}
      {{- end }}
      {{- if .Values.topologySpread.enabled }}
      {{- with include "platform.topologySpreadConstraints" . }}
      topologySpreadConstraints:
        {{- . | trim | nindent 8 }}
      {{- end }}
      {{- end }}
{{- end -}}
