module kp.dev/lab/kubernetes

go 1.25.0
