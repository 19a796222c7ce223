{{/* The service account: who the pods are to the cluster, and to Istio. */}}

{{- define "platform.serviceAccount" -}}
{{- if (.Values.serviceAccount).create -}}
apiVersion: v1
kind: ServiceAccount
metadata:
  {{- include "platform.metadata" (dict "root" . "name" (include "platform.serviceAccountName" .) "annotations" (.Values.serviceAccount).annotations) | nindent 2 }}
automountServiceAccountToken: {{ (.Values.serviceAccount).automountToken }}
{{- end -}}
{{- end -}}
