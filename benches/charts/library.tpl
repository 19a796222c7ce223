{{/* Names. */}}
{{- define "library.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 63 | trimSuffix "-" }}
{{- end }}

{{- define "library.fullname" -}}
{{- $name := include "library.name" . }}
{{- if contains $name .Release.Name }}
{{- .Release.Name | trunc 63 | trimSuffix "-" }}
{{- else }}
{{- printf "%s-%s" .Release.Name $name | trunc 63 | trimSuffix "-" }}
{{- end }}
{{- end }}

{{- define "library.labels" -}}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" }}
{{ include "library.selector" . }}
{{- with .Chart.AppVersion }}
app.kubernetes.io/version: {{ . | quote }}
{{- end }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- with (.Values.global).labels }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{- define "library.selector" -}}
app.kubernetes.io/name: {{ include "library.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{/* A value that may be a template. */}}
{{- define "library.render" -}}
{{- $value := typeIs "string" .value | ternary .value (.value | toYaml) }}
{{- if contains "{{" (toJson .value) }}
  {{- tpl $value .context }}
{{- else }}
  {{- $value }}
{{- end }}
{{- end }}

{{- define "library.metadata" -}}
metadata:
  name: {{ include "library.fullname" . }}
  namespace: {{ .Release.Namespace }}
  labels:
    {{- include "library.labels" . | nindent 4 }}
  {{- with .Values.annotations }}
  annotations:
    {{- include "library.render" (dict "value" . "context" $) | nindent 4 }}
  {{- end }}
{{- end }}

{{- define "library.deployment" -}}
apiVersion: apps/v1
kind: Deployment
{{ include "library.metadata" . }}
spec:
  {{- if not .Values.autoscaling.enabled }}
  replicas: {{ .Values.replicas }}
  {{- end }}
  selector:
    matchLabels:
      {{- include "library.selector" . | nindent 6 }}
  template:
    metadata:
      annotations:
        checksum/config: {{ include "library.config" . | sha256sum }}
      labels:
        {{- include "library.labels" . | nindent 8 }}
    spec:
      serviceAccountName: {{ include "library.fullname" . }}
      securityContext:
        {{- toYaml .Values.podSecurityContext | nindent 8 }}
      containers:
        - name: {{ .Chart.Name }}
          image: {{ printf "%s/%s:%s" .Values.image.registry .Values.image.repository (.Values.image.tag | default .Chart.AppVersion) | quote }}
          imagePullPolicy: {{ .Values.image.pullPolicy }}
          securityContext:
            {{- toYaml .Values.securityContext | nindent 12 }}
          env:
            {{- range $key, $value := .Values.env }}
            - name: {{ $key | snakecase | upper }}
              value: {{ include "library.render" (dict "value" $value "context" $) | quote }}
            {{- end }}
          ports:
            {{- range .Values.ports }}
            - name: {{ .name }}
              containerPort: {{ .containerPort }}
              protocol: {{ .protocol | default "TCP" }}
            {{- end }}
          livenessProbe:
            {{- toYaml .Values.probe | nindent 12 }}
          readinessProbe:
            {{- toYaml .Values.probe | nindent 12 }}
          resources:
            {{- toYaml .Values.resources | nindent 12 }}
      {{- with .Values.nodeSelector }}
      nodeSelector:
        {{- toYaml . | nindent 8 }}
      {{- end }}
      {{- with .Values.tolerations }}
      tolerations:
        {{- toYaml . | nindent 8 }}
      {{- end }}
{{- end }}

{{- define "library.service" -}}
apiVersion: v1
kind: Service
{{ include "library.metadata" . }}
spec:
  ports:
    {{- range .Values.ports }}
    - port: {{ .servicePort | default .containerPort }}
      targetPort: {{ .name }}
      name: {{ .name }}
    {{- end }}
  selector:
    {{- include "library.selector" . | nindent 4 }}
{{- end }}

{{- define "library.ingress" -}}
{{- if .Values.ingress.enabled -}}
apiVersion: networking.k8s.io/v1
kind: Ingress
{{ include "library.metadata" . }}
spec:
  {{- if and .Values.ingress.className (semverCompare ">=1.18-0" .Capabilities.KubeVersion.GitVersion) }}
  ingressClassName: {{ .Values.ingress.className }}
  {{- end }}
  rules:
    - host: {{ tpl .Values.ingress.host $ | quote }}
      http:
        paths:
          - path: /
            pathType: Prefix
            backend:
              service:
                name: {{ include "library.fullname" . }}
                port:
                  number: {{ (first .Values.ports).servicePort }}
{{- end }}
{{- end }}

{{- define "library.autoscaler" -}}
{{- if .Values.autoscaling.enabled }}
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
{{ include "library.metadata" . }}
spec:
  scaleTargetRef:
    apiVersion: apps/v1
    kind: Deployment
    name: {{ include "library.fullname" . }}
  minReplicas: {{ .Values.autoscaling.minReplicas }}
  maxReplicas: {{ .Values.autoscaling.maxReplicas }}
  metrics:
    {{- range $resource, $target := .Values.autoscaling.targets }}
    - type: Resource
      resource:
        name: {{ $resource }}
        target:
          type: Utilization
          averageUtilization: {{ $target }}
    {{- end }}
{{- end }}
{{- end }}

{{- define "library.account" -}}
{{- if .Values.serviceAccount.create -}}
apiVersion: v1
kind: ServiceAccount
{{ include "library.metadata" . }}
{{- end }}
{{- end }}

{{- define "library.config" -}}
apiVersion: v1
kind: ConfigMap
{{ include "library.metadata" . }}
data:
  {{- range $key, $value := .Values.config }}
  {{ $key }}: |-
    {{- include "library.render" (dict "value" $value "context" $) | nindent 4 }}
  {{- end }}
{{- end }}
