{{/* Jobs: work that ends, once with every release or again and again. */}}

{{/* The labels of a job's pods: other ones than the service's, so that no traffic reaches them. */}}
{{- define "platform.jobLabels" -}}
app.kubernetes.io/name: {{ .name }}
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/component: job
app.kubernetes.io/part-of: {{ .root.Values.service.partOf | default (include "platform.name" .root) | quote }}
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
{{- with .root.Values.service.owner }}
platform/owner: {{ . | quote }}
{{- end }}
{{- with .root.Values.labels }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{/* What a job does: a dict of root, name (of the resource) and job. */}}
{{- define "platform.jobSpec" -}}
{{- $root := .root -}}
{{- $job := .job -}}
backoffLimit: {{ dig "backoffLimit" 3 $job | int64 }}
{{- with $job.activeDeadlineSeconds }}
activeDeadlineSeconds: {{ int64 . }}
{{- end }}
ttlSecondsAfterFinished: {{ dig "ttlSecondsAfterFinished" 86400 $job | int64 }}
{{- with $job.parallelism }}
parallelism: {{ . }}
{{- end }}
{{- with $job.completions }}
completions: {{ . }}
{{- end }}
template:
  metadata:
    labels:
      {{- include "platform.jobLabels" . | nindent 6 }}
    {{- with ($root.Values.pod).annotations }}
    annotations:
      {{- toYaml . | nindent 6 }}
    {{- end }}
  spec:
    {{- include "platform.podStart" $root | nindent 4 }}
    restartPolicy: {{ $job.restartPolicy | default "Never" }}
    containers:
      - name: job
        image: {{ include "platform.image" $root | quote }}
        imagePullPolicy: {{ $root.Values.image.pullPolicy }}
        {{- with $job.command }}
        command:
          {{- toYaml . | nindent 10 }}
        {{- end }}
        {{- with $job.args }}
        args:
          {{- toYaml . | nindent 10 }}
        {{- end }}
        {{- with include "platform.variables" (dict "all" (list $root.Values.env $job.env)) }}
        env:
          {{- . | trim | nindent 10 }}
        {{- end }}
        {{- with include "platform.envFrom" $root }}
        envFrom:
          {{- . | trim | nindent 10 }}
        {{- end }}
        {{- with $job.resources | default $root.Values.resources }}
        resources:
          {{- toYaml . | nindent 10 }}
        {{- end }}
        {{- with $root.Values.securityContext }}
        securityContext:
          {{- toYaml . | nindent 10 }}
        {{- end }}
        {{- with include "platform.jobVolumeMounts" $root }}
        volumeMounts:
          {{- . | trim | nindent 10 }}
        {{- end }}
    {{- with include "platform.jobVolumes" $root }}
    volumes:
      {{- . | trim | nindent 6 }}
    {{- end }}
    {{- with include "platform.podNodes" $root }}
    {{- . | trim | nindent 4 }}
    {{- end }}
{{- end -}}

{{/* A job sees the temporary directory and the configuration files, but not the service's own volumes. */}}
{{- define "platform.jobVolumeMounts" -}}
{{- if (.Values.temporary).enabled }}
- name: temporary
  mountPath: {{ (.Values.temporary).mountPath }}
{{- end }}
{{- if (.Values.config).files }}
- name: config
  mountPath: {{ (.Values.config).mountPath }}
  readOnly: true
{{- end }}
{{- end -}}

{{- define "platform.jobVolumes" -}}
{{- if (.Values.temporary).enabled }}
- name: temporary
  emptyDir:
    sizeLimit: {{ (.Values.temporary).sizeLimit }}
{{- end }}
{{- if (.Values.config).files }}
- name: config
  configMap:
    name: {{ include "platform.configMapName" . }}
{{- end }}
{{- end -}}

{{- define "platform.jobs" -}}
{{- $root := . -}}
{{- range $short, $job := .Values.jobs }}
{{- $name := printf "%s-%s" (include "platform.name" $root) $short }}
---
apiVersion: batch/v1
kind: Job
metadata:
  {{- include "platform.metadata" (dict "root" $root "name" $name "annotations" $job.annotations) | nindent 2 }}
spec:
  {{- include "platform.jobSpec" (dict "root" $root "name" $name "job" $job) | nindent 2 }}
{{- end }}
{{- end -}}

{{- define "platform.cronJobs" -}}
{{- $root := . -}}
{{- range $short, $job := .Values.cronJobs }}
{{- $name := printf "%s-%s" (include "platform.name" $root) $short }}
---
apiVersion: batch/v1
kind: CronJob
metadata:
  {{- include "platform.metadata" (dict "root" $root "name" $name "annotations" $job.annotations) | nindent 2 }}
spec:
  schedule: {{ required (printf "cronJobs.%s.schedule is required" $short) $job.schedule | quote }}
  timeZone: {{ $job.timeZone | default "Etc/UTC" }}
  concurrencyPolicy: {{ $job.concurrencyPolicy | default "Forbid" }}
  {{- if $job.suspend }}
  suspend: true
  {{- end }}
  startingDeadlineSeconds: {{ dig "startingDeadlineSeconds" 300 $job | int64 }}
  successfulJobsHistoryLimit: {{ dig "successfulJobsHistoryLimit" 3 $job | int64 }}
  failedJobsHistoryLimit: {{ dig "failedJobsHistoryLimit" 3 $job | int64 }}
  jobTemplate:
    spec:
      {{- include "platform.jobSpec" (dict "root" $root "name" $name "job" $job) | nindent 6 }}
{{- end }}
{{- end -}}
