{{/* What the chart is called in labels. Names and labels have at most 63 characters. */}}
{{- define "<CHARTNAME>.name" -}}
{{ .Values.nameOverride | default .Chart.Name | trunc 63 | trimSuffix "-" }}
{{- end -}}

{{/* What resources are called: <release>-<chart>, or as the release where that has the chart's name in it. */}}
{{- define "<CHARTNAME>.fullname" -}}
{{- $chart := .Values.nameOverride | default .Chart.Name -}}
{{- $name := .Release.Name -}}
{{- if not (contains $chart $name) -}}
{{- $name = print $name "-" $chart -}}
{{- end -}}
{{ .Values.fullnameOverride | default $name | trunc 63 | trimSuffix "-" }}
{{- end -}}

{{/* The chart and its version; a label cannot hold a plus. */}}
{{- define "<CHARTNAME>.chart" -}}
{{ print .Chart.Name "-" .Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" }}
{{- end -}}

{{/* The labels by which services and deployments find their pods. They must never change. */}}
{{- define "<CHARTNAME>.selectorLabels" -}}
app.kubernetes.io/name: {{ include "<CHARTNAME>.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{/* The labels of every resource. */}}
{{- define "<CHARTNAME>.labels" -}}
helm.sh/chart: {{ include "<CHARTNAME>.chart" . }}
{{ include "<CHARTNAME>.selectorLabels" . }}
{{ with .Chart.AppVersion -}}
app.kubernetes.io/version: {{ quote . }}
{{ end -}}
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- end -}}

{{/* The service account of the pods. */}}
{{- define "<CHARTNAME>.serviceAccountName" -}}
{{- $name := "default" -}}
{{- if .Values.serviceAccount.create -}}
{{- $name = include "<CHARTNAME>.fullname" . -}}
{{- end -}}
{{ .Values.serviceAccount.name | default $name }}
{{- end -}}
