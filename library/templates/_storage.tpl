{{/* Volumes that stay: a claim for each entry of claims. */}}

{{/* What a claim asks for: a dict of name and claim. */}}
{{- define "platform.claimSpec" -}}
accessModes:
  {{- range .claim.accessModes | default (list "ReadWriteOnce") }}
  - {{ . }}
  {{- end }}
{{- with .claim.storageClassName }}
storageClassName: {{ . }}
{{- end }}
resources:
  requests:
    storage: {{ required (printf "claims.%s.size is required" .name) .claim.size }}
{{- end -}}

{{/* The claims of a deployment, all pods of which share them; a stateful set makes its own for each pod. */}}
{{- define "platform.claims" -}}
{{- $root := . -}}
{{- if ne .Values.workload "StatefulSet" -}}
{{- range $name, $claim := .Values.claims }}
---
apiVersion: v1
kind: PersistentVolumeClaim
metadata:
  {{- include "platform.metadata" (dict "root" $root "name" (printf "%s-%s" (include "platform.name" $root) $name) "annotations" $claim.annotations) | nindent 2 }}
spec:
  {{- include "platform.claimSpec" (dict "name" $name "claim" $claim) | nindent 2 }}
{{- end }}
{{- end -}}
{{- end -}}
