{{- define "gac.name" -}}
{{- if contains .Chart.Name .Release.Name }}{{ .Release.Name | trunc 52 | trimSuffix "-" }}
{{- else }}{{ printf "%s-%s" .Release.Name .Chart.Name | trunc 52 | trimSuffix "-" }}{{ end }}
{{- end }}

{{- define "gac.selector" -}}
app.kubernetes.io/name: gateway-api-controller
app.kubernetes.io/component: controller
app.kubernetes.io/instance: {{ .Release.Name | quote }}
{{- end }}

{{- define "gac.labels" -}}
{{ include "gac.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version }}
{{- end }}

{{- define "gac.poolNamespace" -}}
{{ .Values.pool.namespace | default .Release.Namespace }}
{{- end }}

{{- define "gac.subjects" -}}
subjects:
  - kind: ServiceAccount
    name: {{ include "gac.name" . }}
    namespace: {{ .Release.Namespace | quote }}
{{- end }}
