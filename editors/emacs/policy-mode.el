;;; policy-mode.el --- Policies in Emacs, with eglot -*- lexical-binding: t; -*-

;; (load "policy-mode.el"), then open a policy: eglot starts `policyc lsp --stdio`, which has to be in PATH.

(defvar policyc-command '("policyc" "lsp" "--stdio"))

(define-derived-mode policy-mode prog-mode "Policy"
  "Policies of policyc."
  (setq-local comment-start "// ")
  (setq-local indent-tabs-mode nil))

(add-to-list 'auto-mode-alist '("\\.policy\\'" . policy-mode))

(with-eval-after-load 'eglot
  (add-to-list 'eglot-server-programs (cons 'policy-mode policyc-command)))

(add-hook 'policy-mode-hook 'eglot-ensure)

(provide 'policy-mode)
;;; policy-mode.el ends here
