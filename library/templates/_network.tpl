{{/* Who may connect to the pods, and where they may connect to. */}}

{{- define "platform.networkPolicy" -}}
{{- $policy := .Values.networkPolicy -}}
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  {{- include "platform.metadata" (dict "root" .) | nindent 2 }}
spec:
  podSelector:
    matchLabels:
      {{- include "platform.selectorLabels" . | nindent 6 }}
  policyTypes:
    - Ingress
    {{- if $policy.restrictEgress }}
    - Egress
    {{- end }}
  {{- if .Values.service.ports }}
  ingress:
    - from:
        {{- if $policy.from }}
        {{- toYaml $policy.from | nindent 8 }}
        {{- else }}
        - podSelector: {}
        {{- end }}
      ports:
        {{- range .Values.service.ports }}
        - port: {{ .targetPort | default .port }}
          protocol: {{ .protocol | default "TCP" }}
        {{- end }}
  {{- else }}
  ingress: []
  {{- end }}
  {{- if $policy.restrictEgress }}
  egress:
    - to:
        - namespaceSelector:
            matchLabels:
              kubernetes.io/metadata.name: kube-system
      ports:
        - port: 53
          protocol: UDP
        - port: 53
          protocol: TCP
    {{- with $policy.egress }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
  {{- end }}
{{- end -}}
